//! Variables, environment, files, sockets, output, and rejected manifests.

use serde_json::{Value, json};

use crate::harness::{Host, Setup, probe};

#[tokio::test]
async fn variables_come_from_the_first_source() {
    let manifest = format!(
        "{}\n[variables]\na = {{ default = \"default\" }}\nb = {{ default = \"default\" }}\n\
         c = {{ required = true, secret = true }}\nother = {{ default = \"x\" }}\n",
        probe("variables = { a = \"{{ a }}\", b = \"<{{ b }}|{{ c }}>\", plain = \"text\" }")
    );
    let host = Setup::new(&manifest)
        .file(".env", "SPIN_VARIABLE_A=file\nSPIN_VARIABLE_B='file $1'\n# comment\n")
        .env("SPIN_VARIABLE_A", "process")
        .env("SPIN_VARIABLE_C", "secret")
        .start();
    for (name, value) in [("a", "process"), ("b", "<file $1|secret>"), ("plain", "text")] {
        assert_eq!(host.get(&format!("/variable/{name}")).await.json()["ok"], value);
    }
    let error = |value: Value| value["error"].as_str().unwrap().to_owned();
    let undefined = error(host.get("/variable/other").await.json());
    assert!(undefined.starts_with("Error::Undefined"), "{undefined}");
    let invalid = error(host.get("/variable/Not_A_Name").await.json());
    assert!(invalid.starts_with("Error::InvalidName"), "{invalid}");
}

#[test]
fn all_missing_variables_are_named() {
    let variables = "[variables]\none = { required = true }\ntwo = { required = true }\n";
    let error = Setup::new(&format!("{}\n{variables}", probe(""))).fail();
    assert!(error.contains("SPIN_VARIABLE_ONE, SPIN_VARIABLE_TWO"), "{error}");
}

#[test]
fn an_unknown_key_is_refused_with_its_table_and_line() {
    let error = Setup::new(&probe("ai_models = [\"x\"]")).fail();
    assert!(error.contains("ai_models") && error.contains("[component.probe]"), "{error}");
    assert!(error.contains("spin.toml") && error.contains("line 9"), "{error}");
}

#[test]
fn a_manifest_that_is_not_toml_is_refused_with_its_line() {
    let error = Setup::new("spin_manifest_version = 2\n[application\n").fail();
    assert!(error.contains("spin.toml") && error.contains("line 2"), "{error}");
}

#[test]
fn a_missing_component_file_names_the_build_command() {
    let manifest = probe("").replace("guest_probe.wasm", "guest_nobody.wasm");
    let error = Setup::new(&manifest).fail();
    assert!(error.contains("guest_nobody.wasm") && error.contains("cargo xtask build"), "{error}");
    assert!(error.contains("\"probe\""), "{error}");
}

#[test]
fn an_import_that_the_host_lacks_and_an_export_that_the_guest_lacks_are_named() {
    let with = |wasm: &[u8]| {
        let path =
            std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.wasm", wasm.len()));
        std::fs::write(&path, wasm).unwrap();
        let source = crate::harness::wasm("guest_probe");
        probe("").replace(source.to_str().unwrap(), path.to_str().unwrap())
    };
    let mut component = b"\0asm\x0d\0\x01\0".to_vec();
    let error = Setup::new(&with(&component)).fail();
    assert!(error.contains("wasi:http/handler"), "{error}");
    // The type of an instance with one function, and an import of it.
    let name = "test:lacking/interface";
    component.extend([0x07, 0x0e, 0x01, 0x42, 0x02, 0x01, 0x40, 0x00, 0x01, 0x00]);
    component.extend([0x04, 0x00, 0x01, b'f', 0x01, 0x00]);
    component.extend([0x0a, name.len() as u8 + 5, 0x01, 0x00, name.len() as u8]);
    component.extend(name.bytes().chain([0x05, 0x00]));
    let error = Setup::new(&with(&component)).fail();
    assert!(error.contains(name) && error.contains("\"probe\""), "{error}");
}

#[test]
fn a_port_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = Setup::new(&probe("")).args(&["--listen", &address]).fail();
    assert!(error.contains(&address) && error.contains("--listen"), "{error}");
}

#[test]
fn certificates_that_cannot_be_read_are_named() {
    let error = Setup::new(&probe("")).env("SSL_CERT_FILE", "/nowhere/roots.pem").fail();
    assert!(error.contains("SSL_CERT_FILE") && error.contains("/nowhere/roots.pem"), "{error}");
}

#[test]
fn a_cache_directory_that_others_can_write_to_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::TempDir::new().unwrap();
    std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o777)).unwrap();
    let path = directory.path().to_str().unwrap();
    let error = Setup::new(&probe("")).args(&["--cache-dir", path]).fail();
    assert!(error.contains(path) && error.contains("700"), "{error}");
}

#[tokio::test]
async fn files_are_read_only() {
    let files = "files = [\"static/*.txt\", { source = \"public\", destination = \"/\" }]";
    let host = Setup::new(&probe(files))
        .file("static/a.txt", "a")
        .file("static/b.md", "not matched")
        .file("public/deep/c.txt", "c")
        .start();
    let read = async |path: &str| host.get(&format!("/file/{path}")).await.json();
    assert_eq!(read("static/a.txt").await["ok"], "a");
    assert_eq!(read("deep/c.txt").await["ok"], "c");
    for path in ["static/b.md", "spin.toml", "../spin.toml", "etc/passwd"] {
        assert!(read(path).await["error"].is_string(), "{path}");
    }
    for refused in host.get("/write/static/a.txt").await.json().as_array().unwrap() {
        assert!(refused["error"].is_string(), "{refused}");
    }
    assert_eq!(read("static/a.txt").await["ok"], "a");
}

#[tokio::test]
async fn the_environment_is_that_of_the_manifest() {
    let host = Setup::new(&probe("environment = { ONLY = \"this\" }")).env("NOT", "that").start();
    assert_eq!(host.get("/environment").await.json(), json!([["ONLY", "this"]]));
}

#[tokio::test]
async fn there_are_no_sockets_and_no_name_lookups() {
    let host = Host::start(&probe("allowed_outbound_hosts = [\"*://*:*\"]"));
    let path = format!("/socket/{}", host.address);
    for refused in host.get(&path).await.json().as_array().unwrap() {
        assert!(refused["error"].is_string(), "{refused}");
    }
}

#[tokio::test]
async fn output_lines_are_prefixed_with_the_component() {
    let host = Host::start(&probe(""));
    host.get("/print/word").await;
    assert_eq!(host.stdout.wait("out word").await, "[probe] out word");
    assert_eq!(host.stderr.wait("err word").await, "[probe] err word");
}

#[tokio::test]
async fn an_output_failure_is_an_error_for_the_guest_only() {
    let host = Setup::new(&probe("")).stderr("/dev/full").start();
    // The guest's `eprintln!` panics, as in Spin, whose log is a file beside the database.
    assert_eq!(host.get("/log/word").await.status, 500);
    assert_eq!(host.get("/environment").await.status, 200);
}
