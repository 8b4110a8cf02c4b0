/// Which of the two directions of a call are streams.
pub trait Kind {}

/// One request, one answer.
#[derive(Debug)]
pub enum Unary {}
/// One request, a stream of answers.
#[derive(Debug)]
pub enum ServerStream {}
/// A stream of requests, one answer.
#[derive(Debug)]
pub enum ClientStream {}
/// Both are streams, side by side.
#[derive(Debug)]
pub enum Duplex {}

impl Kind for Unary {}
impl Kind for ServerStream {}
impl Kind for ClientStream {}
impl Kind for Duplex {}
