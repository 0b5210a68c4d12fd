/** The UI's texts. */
export const TITLE = "Integration Nexus";
