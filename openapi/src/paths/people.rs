//! `/api/me`, `/api/sessions`, `/api/people`, `/api/panic` and `/sign-in`.

use serde_json::json;

use super::Call;
use crate::answer::Answer;
use crate::operation::{Operation, Role};
use crate::problems::{self, Problem};

const PERSON: &str = "/api/people/{id}";
const PASSKEYS: &str = "/api/me/passkeys";
const PASSKEY: &str = "/api/me/passkeys/{id}";
const INVITATIONS: &str = "/api/people/invitations";

/// The request does not come from our own page, or an ADMIN has stopped the person or the workspace.
const CROSS_SITE: Problem =
    Problem { status: 403, codes: &["cross_site", "stopped"], marked: false };
/// The link or invitation is used up.
const GONE: Problem = Problem { status: 410, codes: &["gone"], marked: false };

pub(super) fn calls() -> Vec<Call> {
    vec![
        ("/api/me", "get", me()),
        (PASSKEYS, "get", passkeys()),
        (PASSKEYS, "post", add_passkey()),
        ("/api/me/passkeys/options", "post", passkey_options()),
        (PASSKEY, "put", rename_passkey()),
        (PASSKEY, "delete", delete_passkey()),
        ("/api/sessions/end", "post", end_session()),
        ("/api/people", "get", list()),
        (PERSON, "put", change()),
        ("/api/people/{id}/sessions/end", "post", end_sessions()),
        ("/api/people/{id}/passkeys", "delete", delete_passkeys()),
        (INVITATIONS, "get", invitations()),
        (INVITATIONS, "post", invite()),
        ("/api/people/invitations/{id}", "delete", delete_invitation()),
        ("/api/panic", "get", stops()),
        ("/api/panic", "post", stop()),
        ("/api/panic/preview", "get", preview()),
        ("/api/panic/{id}", "delete", lift()),
        ("/sign-in/options", "get", options()),
        ("/sign-in/passkey/options", "post", sign_in_passkey_options()),
        ("/sign-in/passkey", "post", sign_in_by_passkey()),
        ("/sign-in/oidc", "post", begin_oidc()),
        ("/sign-in/oidc/callback", "get", finish_oidc()),
        ("/sign-in/link", "post", link()),
        ("/sign-in/invitation/show", "post", show_invitation()),
        ("/sign-in/invitation", "post", accept()),
    ]
}

fn operation(id: &str, summary: &str) -> Operation {
    Operation::new(id, "people", summary).role(Role::Admin)
}

fn of_anyone(id: &str, summary: &str) -> Operation {
    Operation::new(id, "people", summary)
        .security(json!([{"token": []}, {"session": []}]))
        .problem(problems::TOKEN)
        .problem(problems::FORBIDDEN)
        .problem(problems::RATE_LIMITED)
        .problem(problems::FAULT)
        .problem(problems::UNAVAILABLE)
}

fn me() -> Operation {
    of_anyone("getMe", "Show the caller, and what the caller may do")
        .query(&[])
        .responds(200, Answer::json("The caller", "Me"))
}

fn end_session() -> Operation {
    of_anyone("endSession", "End the caller's session, or all sessions of the caller")
        .query(&[])
        .body("SessionEnd", &[("this", json!({}))])
        .responds(200, Answer::json("Ended", "SessionsEnded"))
}

/// A call about the caller's own passkeys.
fn of_passkeys(id: &str, summary: &str) -> Operation {
    Operation::new(id, "people", summary)
        .describe("Only for a person who is signed in in the browser.")
        .role(Role::Agent)
        .security(json!([{"session": []}]))
        .query(&[])
}

fn passkeys() -> Operation {
    of_passkeys("listPasskeys", "List your passkeys, oldest first")
        .responds(200, Answer::json("Your passkeys", "PasskeyList"))
}

fn passkey_options() -> Operation {
    of_passkeys("getPasskeyOptions", "Begin to add a passkey")
        .describe(
            "The response sets a cookie from which the challenge follows. Both are valid once, for five \
             minutes, and for this browser.",
        )
        .responds(200, Answer::json("Give `public_key` to the browser", "PasskeyOptions"))
        .problem(problems::NOT_FOUND)
        .conflicts(&["passkeys_unavailable"])
}

fn add_passkey() -> Operation {
    of_passkeys("addPasskey", "Add a passkey")
        .describe("`credential` is the browser's JSON of the new credential.")
        .body("PasskeyInput", &[("laptop", json!({"name": "Laptop", "credential": {}}))])
        .responds(201, Answer::json("Added", "Passkey").header("location", "location"))
        .problem(problems::NOT_FOUND)
        .conflicts(&["passkeys_unavailable", "passkey_exists", "too_many_passkeys"])
}

fn rename_passkey() -> Operation {
    of_passkeys("renamePasskey", "Rename a passkey")
        .parameter("passkey")
        .body("PasskeyChange", &[("name", json!({"name": "Laptop"}))])
        .responds(200, Answer::json("Renamed", "Passkey"))
        .problem(problems::NOT_FOUND)
}

fn delete_passkey() -> Operation {
    of_passkeys("deletePasskey", "Remove a passkey")
        .describe(
            "It counts from the next sign-in on; sessions stay. The last passkey stays, unless the identity \
             provider signs you in as well.",
        )
        .parameter("passkey")
        .responds(204, Answer::empty("Removed"))
        .problem(problems::NOT_FOUND)
        .conflicts(&["last_passkey"])
}

fn delete_passkeys() -> Operation {
    operation("deletePasskeysOfPerson", "Remove all passkeys of a person, and end all sessions")
        .describe("For a person who has lost a device.")
        .parameter("person")
        .query(&[])
        .responds(204, Answer::empty("Removed"))
        .problem(problems::NOT_FOUND)
}

fn sign_in_passkey_options() -> Operation {
    sign_in("getSignInPasskeyOptions", "Begin to sign in by a passkey")
        .describe(
            "The response sets a cookie from which the challenge follows. Both are valid once, for five \
             minutes, and for this browser.",
        )
        .responds(200, Answer::json("Give `public_key` to the browser", "PasskeyOptions"))
        .conflicts(&["passkeys_unavailable"])
}

fn sign_in_by_passkey() -> Operation {
    sign_in("signInByPasskey", "Sign in by a passkey")
        .describe("`credential` is the browser's JSON of the credential.")
        .body("PasskeyAnswer", &[("empty", json!({"credential": {}}))])
        .responds(200, Answer::json("Signed in; the cookie is set", "SignedIn"))
        .problem(Problem { status: 401, codes: &["invalid_token"], marked: false })
        .problem(problems::FORBIDDEN)
        .problem(problems::RATE_LIMITED)
}

fn list() -> Operation {
    operation("listPeople", "List the people of the workspace")
        .query(&["limit", "after_person"])
        .responds(200, Answer::json("A page of people", "PersonPage"))
}

fn change() -> Operation {
    operation("changePerson", "Change a person's role, or switch a person off")
        .parameter("person")
        .describe(
            "Only an identity provider can give a person the role AGENT. A role that comes from an identity \
             provider is changed there.",
        )
        .query(&[])
        .body("PersonChange", &[("role", json!({"role": "MANAGER"}))])
        .responds(200, Answer::json("Changed", "Person"))
        .problem(problems::NOT_FOUND)
        .conflicts(&["role_managed_elsewhere", "last_admin"])
}

fn end_sessions() -> Operation {
    operation("endSessionsOfPerson", "End all sessions of a person")
        .parameter("person")
        .query(&[])
        .responds(200, Answer::json("Ended", "SessionsEnded"))
        .problem(problems::NOT_FOUND)
}

fn invitations() -> Operation {
    operation("listInvitations", "List the open invitations")
        .query(&[])
        .responds(200, Answer::json("Open invitations, newest first", "InvitationList"))
}

fn invite() -> Operation {
    let again = json!({"person_id": "per_01J00000000000000000000000"});
    operation("invitePerson", "Invite a person, or let a person sign in again")
        .describe(
            "The response is the only place where the link is ever shown. It is valid once, for 7 days. With \
             `person_id`, exactly that person signs in by it, for example after losing every passkey. That person \
             must be active and must not sign in at an identity provider. A new link replaces the person's earlier one.",
        )
        .query(&[])
        .body(
            "InvitationInput",
            &[("manager", json!({"role": "MANAGER", "name": "Ann"})), ("again", again)],
        )
        .responds(201, Answer::json("Invited", "InvitationCreated"))
        .problem(problems::NOT_FOUND)
        .conflicts(&["signs_in_elsewhere", "person_inactive"])
}

fn delete_invitation() -> Operation {
    operation("deleteInvitation", "Delete an open invitation")
        .parameter("invitation")
        .query(&[])
        .responds(204, Answer::empty("Deleted"))
        .problem(problems::NOT_FOUND)
}

fn stops() -> Operation {
    operation("listStops", "List the emergency stops")
        .query(&[])
        .responds(200, Answer::json("All stops, newest first", "StopList"))
}

fn stop() -> Operation {
    let agent =
        json!({"scope": "agent", "id": "agt_01J00000000000000000000000", "reason": "key leaked"});
    operation("stop", "Stop an agent, a person, an integration, a provider or the workspace at once")
        .describe(
            "From the response on, nothing in scope is used or signed in, on any instance. Open streams \
             end within seconds.",
        )
        .query(&[])
        .body("StopInput", &[("agent", agent)])
        .responds(201, Answer::json("Stopped", "Stop"))
        .problem(problems::NOT_FOUND)
}

fn preview() -> Operation {
    operation("previewStop", "Count what an emergency stop would cover")
        .query(&["stop_scope", "stop_target"])
        .responds(200, Answer::json("The numbers", "StopPreview"))
        .problem(problems::NOT_FOUND)
}

fn lift() -> Operation {
    operation("liftStop", "Lift an emergency stop")
        .parameter("stop")
        .query(&[])
        .responds(204, Answer::empty("Lifted"))
        .problem(problems::NOT_FOUND)
}

fn sign_in(id: &str, summary: &str) -> Operation {
    Operation::new(id, "people", summary)
        .describe("Only for pages of the application: the request must be same-origin.")
        .query(&[])
        .problem(CROSS_SITE)
        .problem(problems::RATE_LIMITED)
        .problem(problems::FAULT)
        .problem(problems::UNAVAILABLE)
}

fn link() -> Operation {
    sign_in("signInByLink", "Sign in by a link from the machine")
        .body("LinkInput", &[("link", json!({"link": "a.b.c"}))])
        .responds(200, Answer::json("Signed in; the cookie is set", "SignedIn"))
        .problem(Problem { status: 401, codes: &["invalid_token", "token_expired"], marked: false })
}

fn show_invitation() -> Operation {
    sign_in("showInvitation", "Show the workspace, the person and the role of an invitation")
        .body("InvitationSecret", &[("secret", json!({"invitation": "a-secret"}))])
        .responds(200, Answer::json("The invitation, which stays valid", "InvitationShown"))
        .problem(GONE)
}

fn accept() -> Operation {
    sign_in("acceptInvitation", "Accept an invitation, and sign in")
        .describe("`name` is for a new person only.")
        .body("InvitationAnswer", &[("secret", json!({"invitation": "a-secret", "name": "Ann"}))])
        .responds(200, Answer::json("Signed in; the cookie is set", "SignedIn"))
        .problem(GONE)
}

fn options() -> Operation {
    Operation::new("getSignInOptions", "people", "Show how people can sign in")
        .query(&[])
        .responds(200, Answer::json("The ways to sign in", "SignInOptions"))
        .problem(problems::FAULT)
        .problem(problems::UNAVAILABLE)
}

fn begin_oidc() -> Operation {
    sign_in("beginOidc", "Begin a sign-in at the identity provider")
        .body("OidcBegin", &[("plain", json!({}))])
        .describe("The response sets the cookie that the browser needs to come back.")
        .responds(200, Answer::json("The URL to which the page sends the browser", "OidcBegun"))
        .problem(problems::NOT_FOUND)
}

fn finish_oidc() -> Operation {
    let operation = Operation::new("finishOidc", "people", "Return from the identity provider")
        .describe(
            "For the browser that began the sign-in, which has the cookie. `state` can be used once. A \
             successful sign-in sets the session cookie and continues at `/`, or at the `return_to` with which \
             it began.",
        );
    ["state", "code", "error", "error_description", "iss"]
        .iter()
        .fold(operation, |operation, name| operation.parameter(name))
        .responds(303, Answer::empty("Signed in"))
        .responds(400, Answer::page("This browser did not begin the sign-in"))
        .responds(403, Answer::page("The provider or this application does not let the person in"))
        .responds(500, Answer::page("An internal error, or a misconfigured deployment"))
        .responds(502, Answer::page("The identity provider failed, or its id token is not good"))
        .responds(503, Answer::page("Storage or the identity provider's keys are unavailable"))
}
