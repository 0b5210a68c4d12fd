// Sends the outcome of the flow to the window that opened this one, and to every other window of the same origin.
// The server's state is authoritative. The message only saves the other windows a request.
const { outcome, integrationId, origin } = document.body.dataset;
const message = { type: "nexus:oauth", integration_id: integrationId, outcome };
const channel = new BroadcastChannel("nexus");
channel.postMessage(message);
channel.close();
window.opener?.postMessage(message, origin);
if (outcome === "connected") window.close();
