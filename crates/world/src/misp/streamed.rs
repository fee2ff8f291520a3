//! Objects that are made on a thread of their own and taken part by part, while the rest is still made: memory holds two
//! parts.

use tokio::{sync::mpsc, task::JoinHandle};

/// Most objects of a part.
pub(crate) const PART: usize = 2_000;
/// Most bytes of objects of a part that has more than one.
const PART_BYTES: usize = 8 << 20;

/// Begins to make objects: `make` is given what takes each. Gives the parts, and what `make` came to. Who no longer wants
/// the parts drops them; then what is left goes nowhere.
pub(crate) fn in_parts<R: Send + 'static>(
    make: impl FnOnce(&mut dyn FnMut(&str)) -> R + Send + 'static,
) -> (mpsc::Receiver<Vec<String>>, JoinHandle<R>) {
    let (sender, parts) = mpsc::channel::<Vec<String>>(1);
    let making = tokio::task::spawn_blocking(move || {
        let (mut part, mut bytes) = (Vec::new(), 0);
        let made = make(&mut |object| {
            bytes += object.len();
            part.push(object.to_owned());
            if part.len() >= PART || bytes >= PART_BYTES {
                bytes = 0;
                let _ = sender.blocking_send(std::mem::take(&mut part));
            }
        });
        if !part.is_empty() {
            let _ = sender.blocking_send(part);
        }
        made
    });
    (parts, making)
}
