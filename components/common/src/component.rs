//! The macro `component!`, with which each component begins.
//!
//! It joins the runtime's interface with what is written after a response. It must not know what a component does.

/// Makes `async fn(Request) -> Response` the HTTP handler of this component.
///
/// The handler has to respond to every request itself. An error that reached the runtime would become a bare
/// 500. What the component has counted for the metrics is written a moment after the response, unless the component
/// says `without_storage`.
#[macro_export]
macro_rules! component {
    ($handler:path) => {
        $crate::component!(@ $handler, $crate::store::write_counts_soon());
    };
    ($handler:path, without_storage) => {
        $crate::component!(@ $handler, ());
    };
    (@ $handler:path, $after:expr) => {
        struct Exported;
        $crate::platform::sdk::wasip3::http::service::export!(Exported);
        impl $crate::platform::sdk::wasip3::exports::http::handler::Guest for Exported {
            async fn handle(
                request: $crate::platform::sdk::wasip3::http::types::Request,
            ) -> Result<
                $crate::platform::sdk::wasip3::http::types::Response,
                $crate::platform::sdk::wasip3::http::types::ErrorCode,
            > {
                $crate::platform::beside::begins_spawned(async {
                    let response = $crate::platform::http::serve(request, $handler).await;
                    $after;
                    response
                })
                .await
            }
        }
    };
}
