use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Peers cannot dial a wildcard address: they get one that reaches this host.
pub(crate) fn advertised(local: SocketAddr) -> SocketAddr {
    if !local.ip().is_unspecified() {
        return local;
    }
    SocketAddr::new(own_address(local.is_ipv6()), local.port())
}

/// The address that this host sends from; the socket is only connected, nothing is sent.
fn own_address(ipv6: bool) -> IpAddr {
    let (bind, probe) = if ipv6 {
        ("[::]:0", "[2001:db8::1]:9")
    } else {
        ("0.0.0.0:0", "192.0.2.1:9")
    };
    UdpSocket::bind(bind)
        .and_then(|socket| {
            socket.connect(probe)?;
            socket.local_addr()
        })
        .map_or_else(
            |_| {
                if ipv6 {
                    Ipv6Addr::LOCALHOST.into()
                } else {
                    Ipv4Addr::LOCALHOST.into()
                }
            },
            |address| address.ip(),
        )
}
