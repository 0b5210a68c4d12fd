/**
 * What a page does that knows its people: it gives the element their token, and another when that
 * has ended. Here the token is the one that this tab was signed in with; an application asks its
 * own server.
 */
const element = document.querySelector("integration-nexus");

function tokenOfThisPage() {
  return sessionStorage.getItem("nexus.token");
}

element.token = tokenOfThisPage();
element.addEventListener("nexus:token-expired", () => {
  element.token = tokenOfThisPage();
});
