/** The paths of the API that hold an id. */

/** The path of an integration, by its id or its slug. */
export const integrationPath = (id: string): string => `/api/integrations/${encodeURIComponent(id)}`;

/** The path of an agent, by its id. */
export const agentPath = (id: string): string => `/api/agents/${encodeURIComponent(id)}`;
