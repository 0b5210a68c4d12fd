/**
 * The parts that the first view does not need: their file is loaded when the first view is shown. Everything is in one
 * file, so that a page that is opened waits once at most.
 */
export { Account } from "./account";
export { AddDialog } from "./add";
export { ActionDialog } from "./action-dialog";
export { AgentPage } from "./agent";
export { Agents } from "./agents";
export { Audit } from "./audit";
export { BulkDelete } from "./bulk";
export { ConnectedApps } from "./connected-apps";
export { FirstRun } from "./first-run";
export { Gallery } from "./gallery";
export { Home } from "./home";
export { IntegrationPage } from "./integration";
export { IntegrationTable } from "./table";
export { OauthApps } from "./oauth-apps";
export { Palette } from "./palette";
export { People } from "./people";
export { Providers } from "./providers";
export { ReceiptPage, Receipts } from "./receipts";
export { StopBanner } from "./stop-banner";
export { Stops } from "./stops";
