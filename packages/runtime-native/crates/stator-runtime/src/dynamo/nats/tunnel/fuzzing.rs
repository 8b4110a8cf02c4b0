//! Ends of an answer over NATS without a server, for `fuzz`.

use super::{
    flow::{Flow, Taken},
    parcel::Parcel,
};

/// Small, so that its ends are met.
const WINDOW: u64 = 20_000;

/// Gives an end whatever messages: each has its length in the byte before it. Says whether all were taken.
pub fn feed(mut messages: &[u8]) -> bool {
    let mut flow = Flow::new(WINDOW);
    flow.push(b"some of ours");
    while let Some((&length, rest)) = messages.split_first() {
        let (message, rest) = rest.split_at(rest.len().min(length.into()));
        messages = rest;
        while flow.next(100).is_some() {}
        let Some(parcel) = Parcel::read(message) else {
            continue;
        };
        assert_eq!(Parcel::read(&parcel.write()), Some(parcel));
        if flow.take(&parcel) != Taken::Fine {
            return false;
        }
        let count = flow.waiting().len();
        assert!(count as u64 <= WINDOW, "more than there is room for");
        flow.took(count / 2);
    }
    true
}

/// Lets two ends talk over a network that does what `orders` say: what one reads is the beginning of what the other wrote.
pub fn carry(orders: &[u8]) {
    let mut ends = [Flow::new(WINDOW), Flow::new(WINDOW)];
    let mut written = [Vec::new(), Vec::new()];
    let mut read = [Vec::new(), Vec::new()];
    for order in orders {
        let (side, amount) = (usize::from(order & 1), usize::from(order >> 3) * 97);
        match (order >> 1) & 3 {
            0 => {
                let bytes: Vec<u8> = (written[side].len()..).map(|n| (n % 251) as u8).take(amount).collect();
                let bytes = &bytes[..bytes.len().min(ends[side].room())];
                ends[side].push(bytes);
                written[side].extend_from_slice(bytes);
            }
            1 => {
                let Some(message) = ends[side].next(amount + 1) else {
                    continue;
                };
                let parcel = Parcel::read(&message).unwrap_or_default();
                // Some are lost.
                if amount % 5 != 0 {
                    assert_eq!(ends[1 - side].take(&parcel), Taken::Fine);
                }
            }
            2 => {
                let bytes = ends[side].waiting();
                let count = bytes.len().min(amount);
                read[side].extend_from_slice(&bytes[..count]);
                ends[side].took(count);
            }
            _ if amount == 0 => ends[side].finish(),
            _ => ends[side].ask(),
        }
    }
    for side in 0..2 {
        assert!(written[1 - side].starts_with(&read[side]), "other bytes");
    }
}
