//! The pages that the server makes have the theme that was chosen in the UI, which a cookie names.

use crate::kit::app::App;

/// A page of each component that makes pages, and its style sheet.
const PAGES: [(&str, &str); 3] = [
    ("/sign-in", "/sign-in/page.css"),
    ("/oauth/authorize", "/oauth/page.css"),
    ("/api/oauth/callback?state=x", "/api/oauth/callback/done.css"),
];

#[tokio::test]
async fn a_page_has_the_theme_of_the_cookie() {
    let app = App::start().await;
    for (path, style) in PAGES {
        let plain = "<html lang=\"en\">";
        for (cookie, root) in [
            ("other=1", plain),
            ("nexus-theme=light", "<html lang=\"en\" data-theme=\"light\">"),
            ("other=1; nexus-theme=dark", "<html lang=\"en\" data-theme=\"dark\">"),
            ("nexus-theme=system", plain),
            ("nexus-theme=dark\"onload=alert(1)", plain),
            ("my-nexus-theme=dark", plain),
        ] {
            let page = app.get(path).header("cookie", cookie).send().await;
            assert!(page.text.contains(root), "{path} {cookie}: {page:?}");
            assert!(!page.text.contains("onload"), "{path} {cookie}: {page:?}");
            let policy = page.header("content-security-policy");
            assert!(policy.contains("style-src 'self'"), "{path}: {policy}");
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(page.header("cache-control"), "no-store", "{path}");
        }
        let style = app.get(style).send().await;
        for theme in ["light", "dark"] {
            let rule = format!(":root[data-theme=\"{theme}\"] {{ color-scheme: {theme}; }}");
            assert!(style.text.contains(&rule), "{path}: {style:?}");
        }
    }
}
