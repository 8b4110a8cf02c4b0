use std::fmt;

use stator_runtime::{Error, ErrorCode};

use crate::declared::{Declared, NoError};

/// How a call fails, for those who serve it and for those who make it: with the declared error of the endpoint, or with
/// an error code.
///
/// A handler returns the declared error with `?` or `.into()`.
pub struct Failure<E = NoError> {
    declared: Option<E>,
    error: Box<Error>,
}

impl<E> Failure<E> {
    /// Fails with an error code. The message says what was wrong, where, and what to do.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Error::new(code, message).into_failure()
    }

    /// Fails with the code `internal`: for what should not happen, `.map_err(Failure::internal)?`.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(ErrorCode::Internal, cause.to_string())
    }

    /// The declared error, if it is that.
    pub fn declared(&self) -> Option<&E> {
        self.declared.as_ref()
    }

    /// The declared error itself; else the failure again.
    ///
    /// # Errors
    /// With the failure, when it is not the declared error.
    pub fn into_declared(self) -> Result<E, Self> {
        match self.declared {
            Some(declared) => Ok(declared),
            None => Err(self),
        }
    }

    pub fn code(&self) -> ErrorCode {
        self.error.code
    }

    /// The failure as it travels.
    pub fn error(&self) -> &Error {
        &self.error
    }

    pub fn into_error(self) -> Error {
        *self.error
    }

    /// The same failure for an endpoint that declares something else: `.map_err(Failure::pass)?`. A declared error keeps
    /// its name and its value.
    pub fn pass<Other>(self) -> Failure<Other> {
        Failure {
            declared: None,
            error: self.error,
        }
    }

    pub(crate) fn of(error: Error) -> Self {
        Self {
            declared: None,
            error: Box::new(error),
        }
    }
}

impl<E: Declared> Failure<E> {
    /// A failure that came from a worker. A declared error whose value does not fit is `invalid_response`.
    pub(crate) fn received(error: Error, endpoint: &str) -> Self {
        match E::of_error(&error) {
            None => Self::of(error),
            Some(Ok(declared)) => Self {
                declared: Some(declared),
                error: Box::new(error),
            },
            Some(Err(reason)) => Self::of(Error {
                instance: error.instance,
                ..Error::new(
                    ErrorCode::InvalidResponse,
                    format!("{endpoint}: the error {}: {reason}", error.name.unwrap_or_default()),
                )
            }),
        }
    }
}

impl<E: Declared> From<E> for Failure<E> {
    fn from(declared: E) -> Self {
        let error = Box::new(declared.to_error());
        Self {
            // A value that breaks its contract is not the declared error.
            declared: (error.code == ErrorCode::Declared).then_some(declared),
            error,
        }
    }
}

/// In place of `From<Error>`, which would meet `From<E>`.
pub(crate) trait IntoFailure {
    fn into_failure<E>(self) -> Failure<E>;
}

impl IntoFailure for Error {
    fn into_failure<E>(self) -> Failure<E> {
        Failure::of(self)
    }
}

impl<E> fmt::Debug for Failure<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(formatter)
    }
}

impl<E> fmt::Display for Failure<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, formatter)
    }
}

impl<E> std::error::Error for Failure<E> {}
