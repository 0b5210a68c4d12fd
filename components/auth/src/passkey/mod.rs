//! Passkeys (Web Authentication, Level 3): asks authenticators for signatures, and verifies them.
//!
//! An authenticator must have verified its user, and must hold the passkey itself (a discoverable credential). It
//! need not prove which product it is. The crate `passki` parses and verifies the messages of an authenticator.
//! This module adds what the crate leaves to its callers: challenges, the user handle, copies of an authenticator. It
//! must not decide whether the person is let in.

mod challenge;
mod product;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexus_common::auth::{
    BegunPasskey, CHALLENGE, PasskeyProof, PasskeyPurpose, ReadPasskey, SentNewPasskey, SentPasskey,
};
use nexus_common::encoding::to_base64;
use nexus_common::http::RequestId;
use nexus_common::origin::Origin;
use nexus_common::store::{
    Denial, PasskeyUse, Passkeys, People, Person, StoredPasskey, Transaction, find_passkey,
    write_denials,
};
use nexus_common::{Error, Result, config};
use passki::{
    AuthenticationCredential, AuthenticationState, Passki, PasskiError, RegistrationCredential,
    RegistrationState,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use challenge::Challenge;

/// The name that browsers show.
const NAME: &str = "Integration Nexus";
/// ES256, EdDSA and RS256, in order of preference.
const ALGORITHMS: [i32; 3] = [-7, -8, -257];
/// The longest id of a credential, in bytes (Web Authentication, 4).
const MOST_ID: usize = 1023;
/// The flags of the authenticator data that say whether a passkey may be copied, and whether it was.
const MAY_BE_COPIED: u8 = 0x08;
const IS_COPIED: u8 = 0x10;

/// The application, as authenticators know it.
struct Application {
    domain: String,
    passki: Passki,
}

impl Application {
    async fn get() -> Result<Self> {
        let public_url = config::public_url().await?;
        let origin: &Origin = &public_url;
        let domain = origin.domain().ok_or_else(|| {
            Error::misconfigured("public_url", "must have a domain name, for passkeys")
        })?;
        let passki = Passki::new(domain, &[origin.as_str()], NAME);
        Ok(Self { domain: domain.to_owned(), passki })
    }
}

/// Makes a challenge, with the options that a browser gets with it.
///
/// # Errors
/// [`Error::NotFound`] if there is no such person, [`Error::Misconfigured`], [`Error::Storage`].
pub(crate) async fn begin(purpose: &PasskeyPurpose) -> Result<BegunPasskey> {
    let application = Application::get().await?;
    let (challenge, cookie) = Challenge::new(purpose, &application.domain).await?;
    let timeout = u64::try_from(CHALLENGE.as_millis()).unwrap_or(0);
    let mut options = Map::new();
    let mut put = |name: &str, value: Value| options.insert(name.to_owned(), value);
    put("challenge", challenge.text().into());
    put("timeout", timeout.into());
    match purpose {
        PasskeyPurpose::SignIn => {
            put("rpId", application.domain.into());
            put("userVerification", "required".into());
            // Without a list, the authenticator offers what it has, and nothing is told about people.
            put("allowCredentials", json!([]));
        }
        PasskeyPurpose::Register { workspace, person } => {
            let person = People::of(workspace).find(person).await?;
            put("rp", json!({"id": application.domain, "name": NAME}));
            put("user", user(&person));
            put(
                "pubKeyCredParams",
                ALGORITHMS.map(|alg| json!({"type": "public-key", "alg": alg})).into(),
            );
            put("excludeCredentials", known(workspace, &person.id).await?);
            put("attestation", "none".into());
            let selection = json!({"residentKey": "required", "requireResidentKey": true,
                "userVerification": "required"});
            put("authenticatorSelection", selection);
        }
    }
    Ok(BegunPasskey { options, cookie })
}

/// The person, as an authenticator shows them. The handle tells nothing about the person.
fn user(person: &Person) -> Value {
    let shown = person.email.as_deref().unwrap_or(&person.name);
    json!({
        "id": URL_SAFE_NO_PAD.encode(&person.id),
        "name": format!("{shown} ({})", person.workspace),
        "displayName": person.name,
    })
}

/// The passkeys that the person has, so that an authenticator does not make a second one.
async fn known(workspace: &str, person: &str) -> Result<Value> {
    let credentials = Passkeys::of(workspace, person).credentials().await?;
    let shown = credentials.iter().map(|credential| {
        let transports: Value = serde_json::from_str(&credential.transports).unwrap_or(json!([]));
        let id = URL_SAFE_NO_PAD.encode(&credential.id);
        json!({"type": "public-key", "id": id, "transports": transports})
    });
    Ok(shown.collect())
}

/// Verifies a new passkey, and uses its challenge up.
///
/// # Errors
/// [`Error::InvalidToken`], [`Error::Misconfigured`], [`Error::Storage`].
pub(crate) async fn read_new(sent: &SentNewPasskey) -> Result<ReadPasskey> {
    let application = Application::get().await?;
    let SentNewPasskey { workspace, person, cookie, credential } = sent;
    let purpose = PasskeyPurpose::Register { workspace: workspace.clone(), person: person.clone() };
    let challenge = Challenge::of(cookie, &purpose, &application.domain).await?;
    let credential: RegistrationCredential = read(credential)?;
    let state = json!({"challenge": challenge.bytes(), "user_verification": "required",
        "user": {"id": "", "name": "", "displayName": ""}});
    let state: RegistrationState = serde_json::from_value(state).map_err(internal)?;
    let made = application.passki.finish_passkey_registration(&credential, &state);
    let made = made.map_err(|error| rejected(&error))?;
    if !ALGORITHMS.contains(&made.algorithm) || made.credential_id.len() > MOST_ID {
        return invalid("the authenticator made a key that was not asked for");
    }
    let tx = Transaction::begin().await?;
    require_first_use(&tx, &challenge).await?;
    tx.commit().await?;
    Ok(ReadPasskey {
        credential_id: to_base64(&made.credential_id),
        public_key: to_base64(&made.public_key),
        algorithm: made.algorithm,
        sign_count: made.counter,
        is_backup_eligible: made.be,
        is_backed_up: made.bs,
        transports: json!(made.transports).to_string(),
        product: product::product(made.aaguid).map(str::to_owned),
    })
}

/// Verifies the response that an authenticator signed, and uses up its challenge.
///
/// # Errors
/// [`Error::InvalidToken`], [`Error::Misconfigured`], [`Error::Storage`].
pub(crate) async fn use_up(sent: &SentPasskey, request_id: &str) -> Result<PasskeyProof> {
    let application = Application::get().await?;
    let challenge =
        Challenge::of(&sent.cookie, &PasskeyPurpose::SignIn, &application.domain).await?;
    let credential: AuthenticationCredential = read(&sent.credential)?;
    let id = decode(&credential.raw_id)?;
    let stored = find_passkey(&id).await?.ok_or_else(|| {
        let why =
            "this passkey is not known here. It was removed, or belongs to another deployment";
        Error::InvalidToken(why.into())
    })?;
    let signed = verify(&application, &challenge, &credential, id, &stored)?;
    let tx = Transaction::begin().await?;
    require_first_use(&tx, &challenge).await?;
    let used = tx.use_passkey(&stored.id, signed.count, signed.is_copied).await?;
    tx.commit().await?;
    match used {
        PasskeyUse::Done => {
            Ok(PasskeyProof { workspace: stored.person.workspace, person: stored.person.id })
        }
        PasskeyUse::Removed => invalid("this passkey was removed"),
        PasskeyUse::WentBack { last } => {
            record_copy(&stored, last, signed.count, request_id).await?;
            invalid(
                "the authenticator has signed more often elsewhere, so there may be a copy of it. Sign in another \
                 way, and remove this passkey",
            )
        }
    }
}

/// The statement of an authenticator about itself, signed.
struct Signed {
    /// How often it has signed. 0 if it does not count.
    count: u32,
    /// Whether the passkey was copied to other devices.
    is_copied: bool,
}

/// Verifies the signature, and all that it signs.
fn verify(
    application: &Application,
    challenge: &Challenge,
    credential: &AuthenticationCredential,
    id: Vec<u8>,
    stored: &StoredPasskey,
) -> Result<Signed> {
    let state = json!({"challenge": challenge.bytes(), "user_verification": "required",
        "allowed_credentials": []});
    let state: AuthenticationState = serde_json::from_value(state).map_err(internal)?;
    // The counter is compared under the write lock, and only after the signature: so it is 0 here.
    let mut passkey = passki::StoredPasskey::default();
    passkey.credential_id = id;
    passkey.public_key.clone_from(&stored.public_key);
    passkey.algorithm = stored.algorithm;
    let result = application.passki.finish_passkey_authentication(credential, &state, &passkey);
    let result = result.map_err(|error| rejected(&error))?;
    if result.user_handle.as_deref() != Some(stored.person.id.as_bytes()) {
        return invalid("the passkey belongs to another person");
    }
    let flags = decode(&credential.response.authenticator_data)?;
    let flags = flags.get(32).copied().unwrap_or_default();
    if (flags & MAY_BE_COPIED != 0) != stored.is_backup_eligible {
        return invalid(
            "the authenticator says something else about copies than when the passkey was made",
        );
    }
    Ok(Signed { count: result.counter, is_copied: flags & IS_COPIED != 0 })
}

async fn require_first_use(tx: &Transaction, challenge: &Challenge) -> Result<()> {
    let (hash, until) = challenge.used();
    match tx.use_once(hash, until).await? {
        true => Ok(()),
        false => invalid("the passkey's response was used before. Try again"),
    }
}

/// Records that there may be a copy of an authenticator, for the ADMINs of the workspace.
async fn record_copy(stored: &StoredPasskey, last: i64, now: u32, request_id: &str) -> Result<()> {
    let request_id = RequestId::of_component(request_id)
        .ok_or_else(|| Error::Internal("the request has no id".into()))?;
    let denial = Denial {
        workspace: stored.person.workspace.clone(),
        subject: stored.person.actor().to_owned(),
        role: stored.person.role.name(),
        action: "person.sign_in".to_owned(),
        target: Some(stored.person.id.clone()),
        detail: json!({"method": "passkey", "passkey": stored.id, "counter": now, "counter_before": last}),
        request_id,
        integration_id: None,
    };
    write_denials(&[(denial, 1)]).await
}

/// The browser's JSON of a credential, as the crate reads it.
fn read<T: DeserializeOwned>(credential: &Map<String, Value>) -> Result<T> {
    T::deserialize(credential)
        .map_err(|_| Error::InvalidToken("this is not the credential of a passkey".into()))
}

fn decode(text: &str) -> Result<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::InvalidToken("malformed base64".into()))
}

fn rejected(error: &PasskiError) -> Error {
    let why = match error {
        PasskiError::ChallengeMismatch => "it answers another challenge",
        PasskiError::ClientDataTypeMismatch { .. } => "it answers another kind of request",
        PasskiError::OriginMismatch { .. } | PasskiError::RpIdHashMismatch => {
            "it was made for another site"
        }
        PasskiError::CrossOriginNotAllowed => "it was made in a frame of another site",
        PasskiError::UserNotPresent | PasskiError::UserVerificationRequired => {
            "the authenticator has not verified its user"
        }
        PasskiError::SignatureVerificationFailed => "its signature is wrong",
        _ => "it is malformed",
    };
    Error::InvalidToken(format!("the passkey's response is not valid: {why}. Try again"))
}

fn internal(error: serde_json::Error) -> Error {
    Error::Internal(format!("the state of a ceremony: {error}"))
}

fn invalid<T>(why: &str) -> Result<T> {
    Err(Error::InvalidToken(why.to_owned()))
}
