//! The proxy on the way to the API server.

use http::Uri;
use http::uri::InvalidUri;
use hyper_util::client::proxy::matcher::Matcher;

/// The proxy on the way to `server`, as kubectl chooses it: the kubeconfig's; else that of `HTTPS_PROXY`, unless
/// `NO_PROXY` names the server or it is on this machine.
///
/// `variable` gives the environment.
///
/// # Errors
/// When the proxy's address is none; it is not quoted, since it may hold a password.
pub(super) fn choose(
    server: &Uri,
    from_kubeconfig: Option<&str>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Uri>, InvalidUri> {
    let set = |names: [&str; 2]| {
        let values = names.iter().filter_map(|name| variable(name));
        values.into_iter().find(|value| !value.is_empty())
    };
    let text = match from_kubeconfig {
        Some(proxy) if !proxy.is_empty() => proxy.to_owned(),
        _ if server.scheme_str() == Some("http") => return Ok(None),
        _ => match set(["HTTPS_PROXY", "https_proxy"]) {
            Some(proxy) if !is_local(server) => {
                let exceptions = set(["NO_PROXY", "no_proxy"]).unwrap_or_default();
                let matcher = Matcher::builder()
                    .all(proxy.as_str())
                    .no(exceptions)
                    .build();
                if matcher.intercept(server).is_none() {
                    return Ok(None);
                }
                proxy
            }
            _ => return Ok(None),
        },
    };
    let with_scheme = if text.contains("://") {
        text
    } else {
        format!("http://{text}")
    };
    with_scheme.parse().map(Some)
}

fn is_local(server: &Uri) -> bool {
    let host = server.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::choose;

    fn chosen(server: &str, own: Option<&str>, environment: &[(&str, &str)]) -> Option<String> {
        let variable = |wanted: &str| {
            let found = environment.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        };
        let proxy = choose(&server.parse().unwrap(), own, variable).unwrap();
        proxy.map(|uri| uri.to_string())
    }

    #[test]
    fn is_chosen_as_kubectl_chooses_it() {
        let server = "https://api.example.org:6443";
        let set = ("HTTPS_PROXY", "http://proxy:3128");
        let through = Some("http://proxy:3128/".to_owned());
        assert_eq!(chosen(server, None, &[]), None);
        assert_eq!(chosen(server, None, &[set]), through);
        assert_eq!(
            chosen(server, None, &[("https_proxy", "proxy:3128")]),
            through
        );
        assert_eq!(chosen(server, None, &[("HTTPS_PROXY", ""), set]), None);
        for exceptions in ["example.org", ".example.org", "*", "other,api.example.org"] {
            assert_eq!(chosen(server, None, &[set, ("NO_PROXY", exceptions)]), None);
        }
        assert_eq!(
            chosen(server, None, &[set, ("NO_PROXY", "other.org")]),
            through
        );
        let in_range = "https://10.1.2.3:6443";
        assert_eq!(
            chosen(in_range, None, &[set, ("no_proxy", "10.0.0.0/8")]),
            None
        );
        for local in [
            "https://127.0.0.1:6443",
            "https://localhost",
            "https://[::1]:6443",
        ] {
            assert_eq!(chosen(local, None, &[set]), None, "{local}");
        }
        assert_eq!(chosen("http://api.example.org", None, &[set]), None);
    }

    #[test]
    fn of_the_kubeconfig_comes_first() {
        let own = Some("socks5://other:1080");
        let environment = [("HTTPS_PROXY", "http://proxy:3128"), ("NO_PROXY", "*")];
        assert_eq!(
            chosen("https://127.0.0.1:6443", own, &environment).as_deref(),
            Some("socks5://other:1080/")
        );
    }

    #[test]
    fn that_is_no_address_is_said() {
        let server = "https://api.example.org".parse().unwrap();
        let error = choose(&server, Some("http://me:password@a b"), |_| None).unwrap_err();
        assert_eq!(error.to_string(), "invalid uri character");
    }
}
