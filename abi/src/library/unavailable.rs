//! Boxes that programs of the Nyash family name and that this compiler has not got, each with the reason.

/// Where such a box runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// In a web page.
    Browser,
    /// In a window of the desktop, or with a sound card.
    Desktop,
    /// In the reference implementation, from a shared library.
    Plugin,
    /// On the network.
    Network,
}

/// Boxes that share a reason.
#[derive(Debug)]
pub struct Unavailable {
    /// Their names.
    pub names: &'static [&'static str],
    /// Where they run.
    pub place: Where,
}

impl Where {
    /// What to tell the user: `name` ...
    pub fn reason(self) -> &'static str {
        match self {
            Where::Browser => "runs in a web page only, and this compiler makes programs for the command line",
            Where::Desktop => "needs a window or a sound card, and this compiler makes programs for the command line",
            Where::Plugin => {
                "was a plugin of the reference implementation, a shared library that programs cannot load here"
            }
            Where::Network => "needs the network, which this compiler does not offer yet",
        }
    }
}

/// All of them.
pub static UNAVAILABLE: &[Unavailable] = &[
    Unavailable {
        names: &[
            "CanvasEventBox",
            "CanvasLoopBox",
            "WebCanvasBox",
            "WebConsoleBox",
            "WebDisplayBox",
        ],
        place: Where::Browser,
    },
    Unavailable {
        names: &["AudioBox", "EguiBox", "QRBox"],
        place: Where::Desktop,
    },
    Unavailable {
        names: &["PyObjectBox", "PyRuntimeBox", "PythonParserBox", "PythonCompilerBox"],
        place: Where::Plugin,
    },
    Unavailable {
        names: &[
            "HTTPClientBox",
            "HTTPRequestBox",
            "HTTPResponseBox",
            "HTTPServerBox",
            "HttpClientBox",
            "HttpRequestBox",
            "HttpResponseBox",
            "HttpServerBox",
            "P2PBox",
            "SocketBox",
            "SocketClientBox",
            "SocketConnBox",
            "SocketServerBox",
        ],
        place: Where::Network,
    },
];
