/**
 * A page that already knows who is signed in supplies the element with that person's token, and with
 * a new one when the token has expired. This example uses the token that this tab was signed in with.
 * A real application asks its own server for one.
 */
const element = document.querySelector("integration-nexus");

function currentToken() {
  return sessionStorage.getItem("nexus.token");
}

element.token = currentToken();
element.addEventListener("nexus:token-expired", () => {
  element.token = currentToken();
});
