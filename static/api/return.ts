/**
 * The page of the UI where a person wanted to go before signing in. It is kept in this tab, because an identity
 * provider may be in between. A person whom a program has sent goes on without the UI: see
 * `components/sign-in/src/return_to.rs`.
 */

const KEY = "nexus.return";

/** A page of the UI. */
const PAGE = "/#/";

export function keepReturn(path: string): void {
  if (!path.startsWith(PAGE)) return;
  try {
    sessionStorage.setItem(KEY, path);
  } catch {
    // Without storage, people start at the home page.
  }
}

/** Takes what was kept: the hash of a page of the UI. */
export function takeReturn(): string | null {
  let path: string | null = null;
  try {
    path = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
  } catch {
    // As above.
  }
  return path?.startsWith(PAGE) ? path.slice(1) : null;
}
