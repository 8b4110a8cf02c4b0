use super::Kind;

/// What is known of one setting, whatever its value.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Name of the option, in camelCase.
    pub option: &'static str,
    /// Name of the environment variable, where there is one.
    pub variable: Option<&'static str>,
    pub kind: Kind,
    /// The documentation of the field.
    pub about: &'static str,
}

/// Writes the options, the configuration and the table of settings from one list, so that they cannot differ.
macro_rules! settings {
    ($(
        $(#[doc = $about:literal])+
        $field:ident ($option:literal, $variable:expr): $type:ty = $default:expr, $kind:expr;
    )+) => {
        /// What a caller of the runtime may set. Everything is optional; see [`RuntimeConfig`] for the defaults.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS, Contract)]
        #[serde(deny_unknown_fields)]
        pub struct RuntimeOptions {
            $(
                $(#[doc = $about])+
                #[serde(default, rename = $option, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )+
        }

        /// The configuration that a runtime works with: every value present and checked.
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct RuntimeConfig {
            $(
                $(#[doc = $about])+
                #[serde(rename = $option)]
                pub $field: $type,
            )+
            #[serde(skip)]
            sources: Sources,
        }

        /// Which layer set what.
        #[derive(Debug, Clone, Default)]
        struct Sources {
            $($field: Source,)+
        }

        /// Every setting, in the order of the documentation.
        pub const SETTINGS: &[Setting] = &[$(settings::$field),+];

        #[expect(non_upper_case_globals, reason = "named as the fields")]
        mod settings {
            use super::*;
            $(pub(super) const $field: Setting = Setting {
                option: $option,
                variable: $variable,
                kind: $kind,
                about: concat!($($about, "\n"),+),
            };)+
        }

        impl RuntimeConfig {
            /// Options over environment over defaults.
            ///
            /// `environment` gives the value of a variable; an empty one counts as not set. Fails with
            /// `invalid_argument`; the message names the option or the variable, its value, and what it must be.
            pub fn resolve(options: RuntimeOptions, environment: impl Fn(&str) -> Option<String>) -> Result<Self> {
                let resolver = Resolver::new(&environment);
                let mut sources = Sources::default();
                $(let $field = {
                    let (value, source) = resolver.pick(&settings::$field, options.$field, || $default)?;
                    sources.$field = source;
                    value
                };)+
                Ok(Self { $($field,)+ sources }.with_consequences())
            }

            /// Every setting with its value and the layer that set it.
            pub fn describe(&self) -> Vec<Described> {
                vec![$(Described::new(
                    &settings::$field,
                    serde_json::to_value(&self.$field).unwrap_or_default(),
                    self.sources.$field,
                )),+]
            }
        }
    };
}

pub(super) use settings;
