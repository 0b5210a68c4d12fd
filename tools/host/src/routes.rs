//! The component for each path, and the information about the match. Routing uses the path alone; private
//! components have no route.

use std::collections::HashMap;

use anyhow::{Result, anyhow};

use crate::log::warn;
use crate::manifest::{HttpTrigger, Route};

/// The suffix of the host names by which components reach each other.
pub(crate) const CHAINING_SUFFIX: &str = ".spin.internal";

/// The public routes.
pub(crate) struct Router(routefinder::Router<Target>);

struct Target {
    component: String,
    raw_route: String,
    based_route: String,
}

/// A path that matched.
pub(crate) struct Match {
    pub(crate) component: String,
    /// The route as written in the manifest.
    pub(crate) raw_route: String,
    /// The route with a leading and without a trailing slash.
    pub(crate) based_route: String,
    /// The part of the path that the trailing wildcard matched.
    pub(crate) path_info: String,
    /// The named wildcards.
    pub(crate) named: Vec<(String, String)>,
}

impl Router {
    /// If two triggers have the same route, the later one wins, as in Spin.
    pub(crate) fn new(triggers: &[HttpTrigger]) -> Result<Self> {
        let mut last = HashMap::new();
        for (index, trigger) in triggers.iter().enumerate() {
            if let Route::Path(route) = &trigger.route
                && let Some(earlier) = last.insert(route, index)
            {
                let earlier: Option<&HttpTrigger> = triggers.get(earlier);
                let earlier = earlier.map_or("", |trigger| &trigger.component);
                let what = format!("the route {route} of {earlier} is never used");
                warn(None, &what, &format_args!("{} has the same route", trigger.component));
            }
        }
        let mut router = routefinder::Router::new();
        for (index, trigger) in triggers.iter().enumerate() {
            let Route::Path(raw_route) = &trigger.route else { continue };
            if last.get(raw_route) != Some(&index) {
                continue;
            }
            let slashed = format!("/{}", raw_route.strip_prefix('/').unwrap_or(raw_route));
            let based_route = slashed.strip_suffix('/').unwrap_or(&slashed).to_owned();
            let spec = match based_route.strip_suffix("/...") {
                Some(prefix) => format!("{prefix}/*"),
                None => based_route.clone(),
            };
            let target = Target {
                component: trigger.component.clone(),
                raw_route: raw_route.clone(),
                based_route,
            };
            router
                .add(spec.as_str(), target)
                .map_err(|error| anyhow!("the route {raw_route:?} cannot be used: {error}"))?;
        }
        Ok(Self(router))
    }

    /// The best match for a path, if there is one.
    pub(crate) fn route(&self, path: &str) -> Option<Match> {
        let found = self.0.best_match(path)?;
        let captures = found.captures();
        let target = found.handler();
        let path_info =
            captures.wildcard().map(|rest| match (rest.is_empty(), path.ends_with('/')) {
                (true, false) => String::new(),
                (true, true) => "/".to_owned(),
                (false, false) => format!("/{rest}"),
                (false, true) => format!("/{rest}/"),
            });
        Some(Match {
            component: target.component.clone(),
            raw_route: target.raw_route.clone(),
            based_route: target.based_route.clone(),
            path_info: path_info.unwrap_or_default(),
            named: captures
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        })
    }
}

impl Match {
    /// The match when another component makes the call: as if the component had the route `/...`.
    pub(crate) fn chained(component: &str, path: &str) -> Self {
        Self {
            component: component.to_owned(),
            raw_route: "/...".to_owned(),
            based_route: "/...".to_owned(),
            path_info: path.to_owned(),
            named: Vec::new(),
        }
    }
}

/// The component that a host such as `list.spin.internal` names.
pub(crate) fn chaining_host(host: &str) -> Option<String> {
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let component = host.trim().strip_suffix(CHAINING_SUFFIX)?;
    (!component.contains('.')).then(|| component.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(routes: &[(&str, &str)]) -> Router {
        let text: String = routes
            .iter()
            .map(|(route, component)| format!("[[http]]\nroute={route}\ncomponent='{component}'\n"))
            .collect();
        let triggers: crate::manifest::Triggers = toml::from_str(&text).unwrap();
        Router::new(&triggers.http).unwrap()
    }

    #[test]
    fn the_most_specific_route_wins_and_private_routes_are_absent() {
        let router = router(&[
            ("'/...'", "ui"),
            ("'/api/...'", "api"),
            ("'/api/integrations'", "list"),
            ("'/api/:kind/x'", "named"),
            ("{ private = true }", "broker"),
        ]);
        for (path, component) in [
            ("/", "ui"),
            ("/broker", "ui"),
            ("/api", "api"),
            ("/api/other/y", "api"),
            ("/api/integrations", "list"),
            ("/api/some/x", "named"),
        ] {
            assert_eq!(router.route(path).unwrap().component, component, "{path}");
        }
        assert_eq!(router.route("/api/some/x").unwrap().named, [("kind".into(), "some".into())]);
    }

    #[test]
    fn the_applications_own_routes_are_found() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let text = std::fs::read_to_string(root.join("spin.toml")).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        let triggers = toml::to_string(&manifest["trigger"]).unwrap();
        let triggers: crate::manifest::Triggers = toml::from_str(&triggers).unwrap();
        let router = Router::new(&triggers.http).unwrap();
        for (path, component) in [
            ("/", "ui"),
            ("/app.js", "ui"),
            ("/.well-known/other", "ui"),
            ("/mcp/x", "ui"),
            ("/api", "status"),
            ("/api/health", "status"),
            ("/api/integrations", "list"),
            ("/api/integrations/", "list"),
            ("/api/integrations/int_1/check", "list"),
            ("/api/manifests", "catalog"),
            ("/api/manifests/slack", "catalog"),
            ("/api/oauth-clients", "catalog"),
            ("/api/oauth/callback", "oauth-callback"),
            ("/api/oauth/callback/custom-x", "oauth-callback"),
            ("/api/proxy", "proxy"),
            ("/api/proxy/slack/chat.postMessage", "proxy"),
            ("/mcp", "mcp"),
            ("/.well-known/oauth-protected-resource", "mcp"),
            ("/.well-known/oauth-protected-resource/mcp", "mcp"),
        ] {
            assert_eq!(router.route(path).unwrap().component, component, "{path}");
        }
    }

    #[test]
    fn the_wildcard_keeps_the_slashes() {
        let router = router(&[("'/base/...'", "a")]);
        for (path, info) in [
            ("/base", ""),
            ("/base/", "/"),
            ("/base/x", "/x"),
            ("/base/x/", "/x/"),
            ("/base/x/y", "/x/y"),
        ] {
            assert_eq!(router.route(path).unwrap().path_info, info, "{path}");
        }
        assert!(router.route("/other").is_none());
    }
}
