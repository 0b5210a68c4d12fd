/** Signing in and out, and the page for a token that is not an administrator's or a manager's. */

export const signIn = {
  title: "Sign in",
  lead: "Open the link that an administrator sent you. On the machine that runs Integration Nexus, cargo xtask sign-in or nexus sign-in prints a link.",
  useToken: "Use a token",
  tokenLead: "Paste a token that your identity provider issued for this workspace.",
  otherWays: "Other ways to sign in",
  inNewTab: "Sign in in a new tab",
  again: "Your session has expired",
  againLead: "Sign in again to continue. Your work is still open under this dialog.",
  hostLead: "Waiting for a new token from the surrounding page. Your work is still open under this dialog.",
  hostSignedOut: "Sign in on the surrounding page",
  linkBroken: "The sign-in link does not contain a readable token. Copy the complete link.",
  linkExpired: "The token in the sign-in link has expired. Get a new link.",
  token: "Access token (JWT)",
  hint: "The token is kept until you close the tabs of this site. It is sent to this server only.",
  submit: "Sign in",
  checking: "Checking…",
  notToken: "This is not a JSON Web Token, which has three parts separated by dots. Copy the complete token.",
  noClaims: "This token is missing a claim. It must contain sub, exp and the workspace.",
  expired: "This token has expired. Get a new one.",
  rejected: (why: string) => `The server rejected this token: ${why}`,
  confirmTitle: "Sign in with this link?",
  confirmLead: "A link is asking to sign you in. Continue only if you expected this.",
  confirmReplaces: (workspace: string, subject: string) =>
    `You are currently signed in to ${workspace} as ${subject}. Signing in with this link ends that session in this tab.`,
  confirmYes: "Sign in",
  confirmNo: "Do not sign in",
  changed: "This was cancelled, because somebody else is signed in now.",
  signOut: "Sign out",
  workspace: "Workspace",
  subject: "Signed in as",
  role: "Role",
  roleName: { ADMIN: "Administrator", MANAGER: "Manager", AGENT: "Agent" } as Record<string, string>,
  noRole: "no role",
};

export const agent = {
  noRole: "This token has no role",
  noRoleLead: "Ask whoever issues tokens for this workspace for one with the role of an administrator or a manager.",
  title: "This token belongs to an agent",
  lead: "Agents use integrations over HTTP and MCP. Administrators and managers connect them. Call GET /api/proxy to list the integrations that this agent may use.",
};
