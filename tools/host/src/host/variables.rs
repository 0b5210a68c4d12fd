//! `spin:variables@3.0.0`: a component's own variables, expanded at the start of the host.

use wasmtime::component::{Accessor, HasSelf};

use super::bindings::spin::variables::variables::{Error, Host, HostWithStore};
use crate::instance::Ctx;
use crate::variables::check_name;

impl Host for Ctx {}

impl<T: Send> HostWithStore<T> for HasSelf<Ctx> {
    async fn get(
        accessor: &Accessor<T, Self>,
        name: String,
    ) -> wasmtime::Result<Result<String, Error>> {
        if let Err(rule) = check_name(&name) {
            return Ok(Err(Error::InvalidName(rule)));
        }
        let component = accessor.with(|mut store| store.get().component.clone());
        Ok(component.variables.get(&name).cloned().ok_or_else(|| {
            Error::Undefined(format!("no variable for {:?}.{name:?}", component.id))
        }))
    }
}
