/// A socket that belongs to whoever has it, as the operating system names it.
#[cfg(unix)]
pub type Descriptor = std::os::fd::OwnedFd;
#[cfg(windows)]
pub type Descriptor = std::os::windows::io::OwnedSocket;
