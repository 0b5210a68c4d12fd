// Tells the window that opened this one, and every other of the same origin, how the flow ended.
// The server's state is the truth: this only saves the others from asking.
const { outcome, integrationId, origin } = document.body.dataset;
const message = { type: "nexus:oauth", integration_id: integrationId, outcome };
const channel = new BroadcastChannel("nexus");
channel.postMessage(message);
channel.close();
window.opener?.postMessage(message, origin);
if (outcome === "connected") window.close();
