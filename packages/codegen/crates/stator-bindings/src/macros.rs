/// Names everything that the addon offers, once: `addon! { bindings: [add_numbers, Calculator] }`.
///
/// It makes the exports, and a function `bindings` for the document: `contracts.bindings(bindings)`. Options, after the
/// list: `threads: 4` (as many as there are processors, at least two) and `in_flight: 256` (1024): how much work of
/// blocking functions and streams may be under way before calls are refused as `overloaded`.
#[macro_export]
macro_rules! addon {
    (bindings: [$($binding:path),* $(,)?] $(, threads: $threads:expr)? $(, in_flight: $in_flight:expr)? $(,)?) => {
        /// Describes everything that this addon offers, for `Contracts::bindings`.
        pub fn bindings(registry: &mut $crate::private::Registry) -> ::std::vec::Vec<$crate::private::Binding> {
            $crate::private::describe_all(registry, &[$(<$binding as $crate::Bindable>::describe),*])
        }

        const _: () = {
            use $crate::private::napi;

            struct ThisAddon;

            impl $crate::private::DescribesItself for ThisAddon {
                const CRATE: &'static str = env!("CARGO_PKG_NAME");

                fn describe(
                    registry: &mut $crate::private::Registry,
                ) -> ::std::vec::Vec<$crate::private::Binding> {
                    bindings(registry)
                }
            }

            #[$crate::private::napi_derive::napi(module_exports)]
            pub fn load_stator_addon(
                exports: napi::bindgen_prelude::Object<'_>,
                env: napi::Env,
            ) -> napi::Result<()> {
                #[allow(unused_mut)]
                let mut limits = $crate::private::Limits::default();
                $(limits.threads = ::core::option::Option::Some($threads);)?
                $(limits.in_flight = $in_flight;)?
                let addon = $crate::private::Addon {
                    limits,
                    describe: bindings,
                    export: |exports| { $(<$binding as $crate::Bindable>::export(exports);)* },
                };
                $crate::private::load::<ThisAddon>(&addon, exports, env)
            }
        };
    };
}

/// Describes exports that hand-written code calls as they are (`#[binding(raw)]`), for an addon that napi alone makes:
/// `contracts.bindings(raw_bindings![version, NativeRuntime])`.
#[macro_export]
macro_rules! raw_bindings {
    ($($binding:path),* $(,)?) => {
        |registry: &mut $crate::private::Registry| {
            $crate::private::describe_all(registry, &[$(<$binding as $crate::Bindable>::describe),*])
        }
    };
}
