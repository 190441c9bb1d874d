//! How a kind of terms is declared: one list of files, from which everything else follows.

/// The row of a term in `scenes/README.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// How it is written: its name and its fields, those with a question mark may be left out. `Near(point, width)`
    pub form: &'static str,
    /// What it says, in a phrase of Markdown.
    pub meaning: &'static str,
}

impl Reference {
    /// The name of the term.
    pub fn name(&self) -> &'static str {
        self.form.split('(').next().unwrap_or(self.form)
    }

    /// The row of the table.
    pub fn row(&self) -> String {
        format!("| `{}` | {} |", self.form, self.meaning)
    }
}

/// Declares a kind of terms from the list of its files, each `module::Type` with a type that has the kind's trait:
///
/// - the enum of checked terms, with a method for each one of the trait's that is named here, calling that of the term's type; and
///   `ALL`, the rows of the reference;
/// - the enum of terms as written, whose `check` makes one of the other.
///
/// In a scene a term is called like its type.
macro_rules! terms {
    (
        $(#[$doc:meta])*
        $kind:ident: $trait:ident {
            $(
                $(#[$method_doc:meta])*
                fn $method:ident(&self $(, $argument:ident: $type:ty)*) $(-> $result:ty)?;
            )*
        }
        $written:ident $({ $option:ident: $options:ty })? = $list:tt
    ) => {
        terms!(@types [$(#[$doc])*] $kind $written $trait $list);

        impl $kind {
            $(terms! { @method $list $trait ($($argument),*) $(#[$method_doc])*
                fn $method(&self $(, $argument: $type)*) $(-> $result)? })*
        }

        $(impl $written {
            terms!(@option $list $option $options);
        })?
    };
    (@types [$(#[$doc:meta])*] $kind:ident $written:ident $trait:ident [$($module:ident::$name:ident,)*]) => {
        $(pub mod $module;)*

        $(#[$doc])*
        #[derive(Clone, PartialEq, serde::Serialize)]
        pub enum $kind {
            $(
                #[doc = concat!("See [`", stringify!($module), "`].")]
                $name($module::$name),
            )*
        }

        impl $kind {
            /// The rows of the reference, one for each term there is.
            pub const ALL: &'static [$crate::task::Reference] =
                &[$(<$module::$name as $trait>::REFERENCE,)*];
        }

        /// As its own type, which is called the same.
        impl std::fmt::Debug for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                match self {
                    $(Self::$name(term) => std::fmt::Debug::fmt(term, f),)*
                }
            }
        }

        /// As written.
        #[derive(Debug, serde::Deserialize)]
        pub(crate) enum $written {
            $($name(<$module::$name as $trait>::Written),)*
        }

        impl $written {
            /// What is written at `at`, checked.
            pub(crate) fn check(
                &self,
                context: &$crate::task::context::Context,
                at: &$crate::ron_tree::Path,
            ) -> Result<$kind, $crate::ron_tree::Diagnostic> {
                Ok(match self {
                    $(Self::$name(written) => {
                        $kind::$name(<$module::$name as $trait>::check(written, context, at)?)
                    })*
                })
            }
        }
    };
    (@method [$($module:ident::$name:ident,)*] $trait:ident $arguments:tt
        $(#[$doc:meta])* fn $method:ident(&self $(, $argument:ident: $type:ty)*) $(-> $result:ty)?
    ) => {
        $(#[$doc])*
        #[inline]
        pub fn $method(&self $(, $argument: $type)*) $(-> $result)? {
            match self {
                $(Self::$name(term) => terms!(@call $trait $method term $arguments),)*
            }
        }
    };
    (@call $trait:ident $method:ident $term:ident ($($argument:ident),*)) => {
        $trait::$method($term $(, $argument)*)
    };
    (@option [$($module:ident::$name:ident,)*] $option:ident $options:ty) => {
        /// What terms of all types have.
        pub(crate) fn $option(&self) -> $options {
            match self {
                $(Self::$name(written) => written.$option(),)*
            }
        }
    };
}

pub(super) use terms;
