/** The paths of the API that hold an id. An id may be that of an address that somebody else wrote. */

/** The path of an integration, by its id or its slug. */
export const integrationPath = (id: string): string => `/api/integrations/${segment(id)}`;

/** The path of an agent, by its id. */
export const agentPath = (id: string): string => `/api/agents/${segment(id)}`;

/** An id as one segment. A browser resolves `.` and `..` even if they are encoded, so they become an id that nothing has. */
function segment(id: string): string {
  return encodeURIComponent(/^\.{1,2}$/.test(id) ? `%${id}` : id);
}
