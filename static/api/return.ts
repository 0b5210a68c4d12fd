/**
 * Where a person wanted to go before signing in. It is kept in this tab, because an identity provider may be
 * in between.
 *
 * Only pages of ours are kept: a link must not lead somewhere else after the sign-in.
 */

const KEY = "nexus.return";

/** The consent page of a program that signs in. It is a page of its own. */
const CONSENT = "/oauth/authorize?";
/** A page of the UI. */
const PAGE = "/#/";

export function keepReturn(path: string): void {
  if (!path.startsWith(CONSENT) && !path.startsWith(PAGE)) return;
  try {
    sessionStorage.setItem(KEY, path);
  } catch {
    // Without storage, people start at the home page.
  }
}

/** Takes what was kept: the hash of a page of the UI. Goes to the consent page, and returns null, if it was that. */
export function takeReturn(): string | null {
  let path: string | null = null;
  try {
    path = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
  } catch {
    // As above.
  }
  if (path?.startsWith(CONSENT)) location.replace(path);
  return path?.startsWith(PAGE) ? path.slice(1) : null;
}
