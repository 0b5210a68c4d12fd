/** The manifest that a new custom provider starts from. A test checks that the server accepts it. */
export const TEMPLATE = JSON.stringify(
  {
    id: "custom-acme",
    name: "Acme",
    family: "acme",
    categories: ["internal"],
    description: "What agents do with it.",
    docs_url: "https://docs.acme.example/api",
    brand: { color: "#3451B2", icon: "acme" },
    auth_method: "api_key",
    params: [],
    credentials: [{ name: "api_key", label: "API key", secret: true, help_url: "https://acme.example/keys" }],
    inject: [{ in: "header", name: "Authorization", value: "Bearer {api_key}" }],
    api: { base_url: "https://api.acme.example/v1", hosts: ["api.acme.example"], deny: [] },
    verify: { method: "GET", path: "/me", account: { id: "/id", label: "/name" } },
    revoke: { not_revocable: "Keys are deleted in Acme's console", manage_url: "https://acme.example/keys" },
    sources: ["https://docs.acme.example/api"],
  },
  null,
  2,
);
