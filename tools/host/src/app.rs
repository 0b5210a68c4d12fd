//! The application: its components, loaded and ready, and calls between them.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock, Weak};

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt};
use http::{Request, Response, StatusCode};
use nexus_shared::dotenv;
use tokio::sync::watch;
use wasmtime_wasi_http::p3::bindings::ServicePre;
use wasmtime_wasi_http::{Error, WasiBody};

use crate::application::Application;
use crate::cli::Serve;
use crate::component::Component;
use crate::data_files::DataFiles;
use crate::database_file::DatabaseFile;
use crate::engine::{self, error};
use crate::entrance::Entrance;
use crate::host;
use crate::instance::{Ctx, Factory, Population, Reuse};
use crate::kv_store::KeyValue;
use crate::log::warn;
use crate::manifest::{self, Manifest};
use crate::outbound::allowed_hosts::AllowedHosts;
use crate::outbound::{Chain, Chained, Client, Hop};
use crate::request;
use crate::routes::{Match, Router};
use crate::runtime_config::{Database, Kv, RuntimeConfig, Sqlite};
use crate::spans::{self, Tracer};
use crate::variables::{PREFIX, Variables, is_template};

/// The number of components that are compiled at the same time.
const COMPILERS: usize = 2;

/// The running application.
pub(crate) struct App {
    pub(crate) router: Router,
    client: Client,
    /// The address that we listen on, once we listen.
    pub(crate) address: OnceLock<SocketAddr>,
    pub(crate) population: Population,
    entrances: HashMap<String, Entrance>,
    tracer: Option<Tracer>,
}

/// The client address of a call between components, which has no client.
const CHAINED_CLIENT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

impl App {
    /// Reads the manifest and the runtime configuration, resolves the variables, and compiles and links every
    /// component that a trigger names. `stopping` tells idle instances to end. `tracer` makes the spans.
    pub(crate) async fn load(
        application: &Application,
        options: &Serve,
        stopping: watch::Receiver<bool>,
        tracer: Option<Tracer>,
    ) -> Result<Arc<Self>> {
        let manifest = application.manifest()?;
        let router = Router::new(&manifest.trigger.http)?;
        let config = RuntimeConfig::read(application.runtime_config_file.as_deref())?;
        let components = components(&manifest, application, &config)?;
        let services = services(&manifest, application, options, tracer.is_some()).await?;
        let reuse = Reuse {
            requests: options.max_instance_reuse_count.get(),
            concurrent: options.max_instance_concurrent_reuse_count.get(),
        };
        let population = Population::default();
        let client =
            Client::new(config.blocked_networks, &application.resolve, !options.no_nodelay)?;
        Ok(Arc::new_cyclic(|app: &Weak<Self>| {
            let app: Weak<dyn Chain> = app.clone();
            let entrances = services.into_iter().zip(components).map(|(service, component)| {
                let id = component.id.to_string();
                let factory = Factory {
                    app: app.clone(),
                    component: Arc::new(component),
                    service,
                    reuse,
                    population: population.clone(),
                    stopping: stopping.clone(),
                };
                (id, Entrance::new(factory))
            });
            Self {
                entrances: entrances.collect(),
                router,
                client,
                address: OnceLock::new(),
                population: population.clone(),
                tracer,
            }
        }))
    }

    /// Passes a request to a component.
    pub(crate) async fn call(
        &self,
        matched: &Match,
        mut request: Request<WasiBody>,
        client: SocketAddr,
        hop: Hop,
    ) -> Response<WasiBody> {
        let Some(entrance) = self.entrances.get(&matched.component) else {
            return request::answer(StatusCode::NOT_FOUND, "");
        };
        if let Err(error) = request::set_uri(&mut request) {
            warn(Some(&matched.component), "a request was refused", &format_args!("{error:#}"));
            return request::answer(StatusCode::BAD_REQUEST, "");
        }
        let uri = request.uri().clone();
        let added = request::add_headers(request.headers_mut(), &uri, matched, client);
        let mut span = spans::of_component(self.tracer(), &matched.component, hop.parent);
        let hop = Hop { parent: span.as_parent(), ..hop };
        let answered = match added {
            Ok(()) => entrance.handle(hop, request).await,
            Err(error) => Err(error),
        };
        answered.unwrap_or_else(|error| {
            span.set_failed("component_failed");
            warn(Some(&matched.component), "a request failed", &format_args!("{error:#}"));
            request::answer(StatusCode::INTERNAL_SERVER_ERROR, "")
        })
    }
}

impl Chain for App {
    fn chain(self: Arc<Self>, component: String, request: Request<WasiBody>, hop: Hop) -> Chained {
        Box::pin(async move {
            if !self.entrances.contains_key(&component) {
                let why = format_args!("the component {component} does not exist");
                warn(None, "a request between components failed", &why);
                return Err(Error::DestinationNotFound);
            }
            let matched = Match::chained(&component, request.uri().path());
            Ok(self.call(&matched, request, CHAINED_CLIENT, hop).await)
        })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    fn address(&self) -> Option<SocketAddr> {
        self.address.get().copied()
    }

    fn tracer(&self) -> Option<&Tracer> {
        self.tracer.as_ref()
    }
}

/// The components that triggers name, sorted by name.
fn used(manifest: &Manifest) -> impl Iterator<Item = (&String, &manifest::Component)> {
    let named: HashSet<_> = manifest.trigger.http.iter().map(|http| &http.component).collect();
    manifest.components.iter().filter(move |(id, _)| named.contains(id))
}

/// Resolves the settings of all used components.
fn components(
    manifest: &Manifest,
    application: &Application,
    config: &RuntimeConfig,
) -> Result<Vec<Component>> {
    let env_file = dotenv::read(&application.env_file)?;
    let environment = |name: &str| {
        let lower = name.trim_start_matches(PREFIX).to_ascii_lowercase();
        application.variables.get(&lower).cloned().or_else(|| std::env::var(name).ok())
    };
    let variables = Variables::resolve(&manifest.variables, environment, &env_file)?;
    let files = DataFiles::of(&application.state, config);
    let database = match &config.sqlite {
        Some(Sqlite::Server(server)) => Database::Server(server.clone()),
        Some(Sqlite::File(_)) | None => Database::File(Arc::new(DatabaseFile::new(files.database))),
    };
    let key_value = match &config.key_value {
        Some(Kv::Server(url)) => KeyValue::redis(url)?,
        Some(Kv::File(_)) | None => KeyValue::file(files.key_value),
    };
    let components = used(manifest).map(|(id, settings)| {
        let component = Component {
            id: id.as_str().into(),
            variables: variables.of_component(&settings.variables)?,
            databases: settings.sqlite_databases.iter().cloned().collect(),
            database: database.clone(),
            stores: settings.key_value_stores.iter().cloned().collect(),
            key_value: key_value.clone(),
            allowed_hosts: Arc::new(allowed_hosts(id, settings, manifest, &variables)?),
            environment: settings.environment.clone().into_iter().collect(),
            files: application.mount(&settings.files)?,
        };
        Ok(component)
    });
    let with_name = |(result, (id, _)): (Result<Component>, (&String, _))| {
        result.with_context(|| format!("component {id:?}"))
    };
    components.zip(used(manifest)).map(with_name).collect()
}

/// An invalid entry is an error. An entry that is invalid because of a variable's value denies all requests,
/// as in Spin, and is logged.
fn allowed_hosts(
    id: &str,
    settings: &manifest::Component,
    manifest: &Manifest,
    variables: &Variables,
) -> Result<AllowedHosts> {
    let entries = &settings.allowed_outbound_hosts;
    let parsed = AllowedHosts::parse(entries, variables, manifest.components.keys());
    match parsed {
        Err(error) if entries.iter().any(|entry| is_template(entry)) => {
            warn(Some(id), "all requests will be denied", &format_args!("{error:#}"));
            Ok(AllowedHosts::default())
        }
        parsed => parsed,
    }
}

/// Loads and links all used components.
async fn services(
    manifest: &Manifest,
    application: &Application,
    options: &Serve,
    traced: bool,
) -> Result<Vec<ServicePre<Ctx>>> {
    let engine = engine::new(&options.limits, application.is_in_this_program())?;
    engine::start_clock(&engine);
    let linker = host::linker(&engine, traced).map_err(error)?;
    let code = application.code(&engine)?;
    let (code, linker) = (&code, &linker);
    let load = async |(id, settings): (&String, &manifest::Component)| -> Result<_> {
        let name = || format!("component {id:?}");
        let compiled = code.load(&settings.source).await.with_context(name)?;
        let linked = linker.instantiate_pre(&compiled).and_then(ServicePre::new);
        linked.map_err(error).with_context(|| format!("component {id:?} does not fit this host"))
    };
    futures::stream::iter(used(manifest)).map(load).buffered(COMPILERS).try_collect().await
}
