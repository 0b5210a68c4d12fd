//! Rules for parameters and credential fields: their names, patterns and examples.

use nexus_printable::pointer::below;

use super::Lint;
use crate::model::{AuthMethod, CredentialField, FieldFormat, KeyEnd, Param, ParamSource, Revoke};
use crate::pins::authority;
use crate::{pattern, template};

/// Names that templates predefine.
pub(super) const RESERVED: [&str; 8] = [
    "access_token",
    "refresh_token",
    "token",
    "client_id",
    "client_secret",
    "redirect_uri",
    "assertion",
    "key_sha256",
];

/// Reports `name_form`, `name_reserved`, `name_duplicate`, `pattern_invalid`, `example_mismatch`,
/// `param_form`, `duplicate`, `host_parameter_pattern`, `host_parameter_choice`, `whole_host_form`,
/// `host_domain_form`, `host_domain_source`, and the rules of [`check_flow_param`] and [`formatted`].
pub(super) fn check(lint: &mut Lint<'_>) {
    let manifest = lint.manifest;
    for (index, param) in manifest.params.iter().enumerate() {
        if let Some(source) = &param.from {
            check_flow_param(lint, index, param, source);
        }
    }
    let params = manifest.params.iter().map(|param| param.name.as_str());
    let fields = manifest.credentials.iter().map(|field| field.name.as_str());
    let params = params.enumerate().map(|(index, name)| (format!("/params/{index}"), name, false));
    let fields =
        fields.enumerate().map(|(index, name)| (format!("/credentials/{index}"), name, true));
    let members = manifest.credentials.iter().enumerate().flat_map(|(index, field)| {
        let names = field.members.iter().map(|member| member.name.as_str()).enumerate();
        names.map(move |(number, name)| {
            (format!("/credentials/{index}/members/{number}"), name, true)
        })
    });
    let all: Vec<(String, &str, bool)> = params.chain(fields).chain(members).collect();
    for (index, (pointer, name, is_field)) in all.iter().enumerate() {
        let pointer = format!("{pointer}/name");
        let detail = format!("`{name}` must match [a-z][a-z0-9_]{{0,63}}");
        lint.unless(template::is_name(name), &pointer, "name_form", detail);
        let of_client = manifest.auth_method.mints()
            && *is_field
            && matches!(*name, "client_id" | "client_secret");
        let detail = format!("`{name}` is reserved for templates; choose another name");
        lint.unless(!RESERVED.contains(name) || of_client, &pointer, "name_reserved", detail);
        let again = all.iter().take(index).any(|(_, earlier, _)| earlier == name);
        lint.unless(!again, &pointer, "name_duplicate", format!("duplicate name `{name}`"));
    }
    let in_hosts = crate::pins::host_names(manifest);
    for (index, param) in manifest.params.iter().enumerate() {
        let in_host = in_hosts.contains(&param.name.as_str());
        let named = !param.within.is_empty();
        match (&param.pattern, param.choices.is_empty(), param.whole_host, named) {
            (Some(pattern), true, false, false) => by_pattern(lint, index, param, pattern, in_host),
            (None, false, false, false) => by_choice(lint, index, param, in_host),
            (None, true, true, false) => whole_host(lint, index, param, in_host),
            (None, true, false, true) => named_host(lint, index, param, in_host),
            _ => {
                let detail = "needs exactly one of `pattern`, `choices`, `whole_host` and `within`";
                lint.add(format!("/params/{index}"), "param_form", detail);
            }
        }
    }
    for (index, field) in manifest.credentials.iter().enumerate() {
        if let Some(pattern) = &field.pattern {
            compiles(lint, &format!("/credentials/{index}/pattern"), pattern, None);
        }
        formatted(lint, index, field);
    }
}

/// Reports `field_format`, `pointer_form`, `pattern_invalid`: a key and a file are secret, and a JSON file has members that
/// are stored.
fn formatted(lint: &mut Lint<'_>, index: usize, field: &CredentialField) {
    let place = format!("/credentials/{index}");
    let is_secret = field.secret || field.format.is_text();
    let detail = "a private key and a file must have `secret: true`";
    lint.unless(is_secret, &place, "field_format", detail);
    let ok = (field.format == FieldFormat::Json) != field.members.is_empty();
    let detail = "`members` belongs to a field of the format `json`, which must have at least one";
    lint.unless(ok, &format!("{place}/members"), "field_format", detail);
    for (number, member) in field.members.iter().enumerate() {
        let place = format!("{place}/members/{number}");
        super::parts::pointer(lint, &format!("{place}/pointer"), Some(&member.pointer));
        if let Some(pattern) = &member.pattern {
            compiles(lint, &format!("{place}/pattern"), pattern, None);
        }
    }
}

/// Reports `from_without_flow`, `from_without_find`, `from_form`, `from_placement`, `pointer_form`, `pointer_secret`:
/// rules for a parameter whose value the provider supplies.
fn check_flow_param(lint: &mut Lint<'_>, index: usize, param: &Param, source: &ParamSource) {
    let manifest = lint.manifest;
    let pointer = format!("/params/{index}/from");
    let (place, has_source) = match source {
        ParamSource::TokenResponse(at) => {
            let place = format!("{pointer}/token_response");
            super::parts::pointer(lint, &place, Some(at));
            super::auth::shown(lint, &place, at);
            (place, manifest.auth_method.has_tokens())
        }
        ParamSource::Callback(name) => {
            let place = format!("{pointer}/callback");
            let ok = (1..=64).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
                && !matches!(name.as_str(), "code" | "state" | "iss" | "error");
            let detail = format!(
                "`{name}` must match [A-Za-z0-9_.-]{{1,64}} and not be a parameter of the OAuth flow"
            );
            lint.unless(ok, &place, "from_form", detail);
            (place, manifest.auth_method == AuthMethod::Oauth2)
        }
        ParamSource::Found(at) => return check_found_param(lint, index, param, at),
        ParamSource::Credential(end) => return check_key_end(lint, index, param, end),
    };
    let detail = format!(
        "`{}` does not receive this response, so it cannot supply the value",
        manifest.auth_method.as_str()
    );
    lint.unless(has_source, &place, "from_without_flow", detail);
    let early = too_early(lint, !param.within.is_empty(), |place| {
        matches!(
            place,
            "/oauth2/token_url"
                | "/oauth2/authorization_url"
                | "/oauth2/registration_url"
                | "/find/url"
                | crate::pins::LOGIN_URL
        )
    });
    misplaced(lint, param, &early, "until the OAuth flow has finished");
}

/// Rules for a parameter that the call of `find` supplies. Tokens may be refreshed and revoked before a person has chosen
/// an entry, so it stands in no such request.
fn check_found_param(lint: &mut Lint<'_>, index: usize, param: &Param, at: &str) {
    let place = format!("/params/{index}/from/found");
    super::parts::pointer(lint, &place, Some(at));
    let detail = "needs `find`, the call that supplies the value";
    lint.unless(lint.manifest.find.is_some(), &place, "from_without_find", detail);
    let mut early = too_early(lint, true, |_| true);
    if let Some(refresh) = lint.manifest.oauth2.as_ref().and_then(|oauth2| oauth2.refresh.as_ref())
    {
        let params = refresh.params.iter();
        early.extend(
            params.map(|(name, text)| (below("/oauth2/refresh/params", name), text.clone())),
        );
    }
    if let Revoke::Request { request, .. } = &lint.manifest.revoke {
        for (name, text) in request.form.iter().flatten() {
            early.push((below("/revoke/request/form", name), text.clone()));
        }
        if let Some(json) = &request.json {
            super::parts::texts_of("/revoke/request/json", json, &mut early);
        }
    }
    misplaced(lint, param, &early, "until an entry of `find` is chosen");
}

/// Rules for a parameter at the end of a credential field.
fn check_key_end(lint: &mut Lint<'_>, index: usize, param: &Param, end: &KeyEnd) {
    let pointer = format!("/params/{index}/from/credential");
    // A file and a private key have no end that says something.
    let mut fields = lint.manifest.credentials.iter().filter(|field| field.format.is_text());
    let has_field = fields.any(|field| field.name == end.field);
    let detail = format!("`{}` is not a credential field of one line of text", end.field);
    lint.unless(has_field, &format!("{pointer}/field"), "from_form", detail);
    let ok = (1..=8).contains(&end.after.len()) && end.after.bytes().all(|b| b.is_ascii_graphic());
    let detail = format!("`{}` must be 1 to 8 visible ASCII characters", end.after);
    lint.unless(ok, &format!("{pointer}/after"), "from_form", detail);
    let is_host = param.whole_host || !param.within.is_empty();
    let detail = "needs `pattern` or `choices`: the end of a key is not a whole host";
    lint.unless(!is_host, &pointer, "from_form", detail);
}

/// Reports `from_placement` for each of the templates `early` that has the parameter.
fn misplaced(lint: &mut Lint<'_>, param: &Param, early: &[(String, String)], when: &str) {
    let stands =
        |text: &String| template::names(text).is_ok_and(|names| names.contains(&&*param.name));
    for (place, _) in early.iter().filter(|(_, text)| stands(text)) {
        let detail = format!("`{{{}}}` has no value {when}", param.name);
        lint.add(place.clone(), "from_placement", detail);
    }
}

/// The templates that are expanded before the flow has finished, and the hosts, which must be known when the
/// flow begins.
///
/// A host that the provider names may be one of `api` and `verify`, which are pinned when it is known. `is_whole` says
/// whether more of a URL than its host is needed early.
fn too_early(
    lint: &Lint<'_>,
    may_be_host: bool,
    is_whole: fn(&str) -> bool,
) -> Vec<(String, String)> {
    let urls = crate::pins::request_urls(lint.manifest);
    let is_later = |place: &String| {
        may_be_host && (place.starts_with("/api/") || place.starts_with("/verify/"))
    };
    let urls = urls.into_iter().filter(|(place, _)| !is_later(place)).map(|(place, url)| {
        let text = if is_whole(&place) { url } else { authority(&url).to_owned() };
        (place, text)
    });
    let mut early: Vec<(String, String)> = urls.collect();
    if let Some(oauth2) = &lint.manifest.oauth2 {
        let maps = [
            ("/oauth2/authorize_params", &oauth2.authorize_params),
            ("/oauth2/token_params", &oauth2.token_params),
        ];
        for (pointer, map) in maps {
            early.extend(map.iter().map(|(name, text)| (below(pointer, name), text.clone())));
        }
    }
    if let Some(request) = lint.manifest.login_request() {
        early.extend(super::parts::of_login(request));
    }
    let assertion = lint.manifest.assertion();
    let claims = assertion.into_iter().flat_map(|assertion| &assertion.claims);
    early.extend(claims.map(|(name, text)| (below("/login/assertion/claims", name), text.clone())));
    early
}

fn by_pattern(lint: &mut Lint<'_>, index: usize, param: &Param, text: &str, in_host: bool) {
    let pointer = format!("/params/{index}/pattern");
    if !compiles(lint, &pointer, text, Some((index, &param.example))) || !in_host {
        return;
    }
    let empty = pattern::compile(text).is_ok_and(|regex| regex.is_match(""));
    if empty || !pattern::matches_label_characters_only(text) {
        let detail = format!(
            "`{}` is part of a host: its pattern `{text}` must consist of a-z, 0-9, `-`, their \
             classes, groups and repetitions, and must not match the empty string",
            param.name
        );
        lint.add(pointer, "host_parameter_pattern", detail);
    }
}

/// A whole host that an admin enters is the host of a URL and nothing else: the person who reads the form must see
/// that the credential goes to the entered host.
fn whole_host(lint: &mut Lint<'_>, index: usize, param: &Param, in_host: bool) {
    let pointer = format!("/params/{index}/whole_host");
    let entered = in_host && param.from.is_none();
    let detail = "must be entered by an admin, and must be the host of a URL of the manifest";
    lint.unless(entered, &pointer, "whole_host_form", detail);
    // An authorization server that anybody may run could send the browser on to another provider, whose code the callback
    // would then hand to it.
    let detail = "cannot be used with the method `oauth2`";
    let is_flow = lint.manifest.auth_method == AuthMethod::Oauth2;
    lint.unless(!is_flow, &pointer, "whole_host_form", detail);
    let detail = format!("`{}` is not a host name", param.example);
    let ok = pattern::is_host_name(&param.example);
    lint.unless(ok, &format!("/params/{index}/example"), "example_mismatch", detail);
}

/// A host that the token response or the call of `find` names lies within domains that the manifest lists.
fn named_host(lint: &mut Lint<'_>, index: usize, param: &Param, in_host: bool) {
    let pointer = format!("/params/{index}/within");
    lint.duplicates(&pointer, &param.within);
    for (number, domain) in param.within.iter().enumerate() {
        let detail =
            format!("`{domain}` must be a domain with at least two labels, such as `acme.com`");
        let ok = pattern::is_host_name(domain);
        lint.unless(ok, &format!("{pointer}/{number}"), "host_domain_form", detail);
    }
    let is_flow = lint.manifest.auth_method == AuthMethod::Oauth2;
    let is_named = in_host
        && match &param.from {
            Some(ParamSource::TokenResponse(_)) => is_flow,
            Some(ParamSource::Found(_)) => true,
            Some(ParamSource::Callback(_) | ParamSource::Credential(_)) | None => false,
        };
    let detail = "belongs to a host of the API that `from.token_response` (with the method `oauth2`) or `from.found` \
                  supplies";
    lint.unless(is_named, &pointer, "host_domain_source", detail);
    let detail = format!("`{}` is not a host within these domains", param.example);
    let ok = pattern::host_within(&param.example, &param.within) == Some(param.example.as_str());
    lint.unless(ok, &format!("/params/{index}/example"), "example_mismatch", detail);
}

fn by_choice(lint: &mut Lint<'_>, index: usize, param: &Param, in_host: bool) {
    let pointer = format!("/params/{index}/choices");
    lint.duplicates(&pointer, &param.choices);
    let is_label = crate::pins::label_names(lint.manifest).contains(&param.name.as_str());
    let form = if is_label { "one label" } else { "labels separated by dots" };
    for (number, choice) in param.choices.iter().enumerate() {
        let detail = format!("`{choice}` is part of a host: it must be {form}");
        let fits = if is_label { pattern::is_label(choice) } else { pattern::is_labels(choice) };
        let ok = !in_host || fits;
        lint.unless(ok, &format!("{pointer}/{number}"), "host_parameter_choice", detail);
    }
    let detail = format!("`{}` is not one of `choices`", param.example);
    let ok = param.choices.contains(&param.example);
    lint.unless(ok, &format!("/params/{index}/example"), "example_mismatch", detail);
}

fn compiles(
    lint: &mut Lint<'_>,
    pointer: &str,
    pattern: &str,
    example: Option<(usize, &str)>,
) -> bool {
    let regex = match pattern::compile(pattern) {
        Ok(regex) => regex,
        Err(error) => {
            lint.add(pointer, "pattern_invalid", format!("`{pattern}`: {error}"));
            return false;
        }
    };
    if let Some((index, example)) = example {
        let detail = format!("`{example}` does not match `{pattern}`");
        let pointer = format!("/params/{index}/example");
        lint.unless(regex.is_match(example), &pointer, "example_mismatch", detail);
    }
    true
}
