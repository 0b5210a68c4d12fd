/** Adds passkeys: asks the server what the browser must do, and the browser to do it. */
import { t } from "../text/all";
import { Problem } from "./client";
import type { Client } from "./client";
import type { Passkey, PasskeyOptions } from "./types";

/** Whether this browser can make passkeys. */
export function canMakePasskeys(): boolean {
  return typeof PublicKeyCredential === "function" && "parseCreationOptionsFromJSON" in PublicKeyCredential;
}

/** Adds a passkey. Null if the person does not go on. The browser does not say why. */
export async function addPasskey(client: Client): Promise<Passkey | null> {
  const { public_key } = await client.call<PasskeyOptions>("POST", "/api/me/passkeys/options");
  const asked = public_key as unknown as PublicKeyCredentialCreationOptionsJSON;
  const made = await create(PublicKeyCredential.parseCreationOptionsFromJSON(asked));
  if (!made) return null;
  return client.call<Passkey>("POST", "/api/me/passkeys", { body: { credential: made.toJSON() } });
}

async function create(publicKey: PublicKeyCredentialCreationOptions): Promise<PublicKeyCredential | null> {
  try {
    return (await navigator.credentials.create({ publicKey })) as PublicKeyCredential | null;
  } catch (thrown) {
    const name = thrown instanceof DOMException ? thrown.name : "";
    if (name === "NotAllowedError" || name === "AbortError") return null;
    throw new Problem("authenticator", 0, name === "InvalidStateError" ? t.account.known : t.account.failed);
  }
}
