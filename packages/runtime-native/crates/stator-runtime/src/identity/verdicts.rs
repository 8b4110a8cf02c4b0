use std::collections::VecDeque;

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::{ContractHash, Verdict};

/// Verdicts that a process keeps: a program calls few endpoints, and few versions of each live at once.
const MOST: usize = 1024;

/// What was judged already, for as many runtimes as share it. The oldest verdict goes when it is full.
#[derive(Default)]
pub struct Verdicts(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    verdicts: FxHashMap<(ContractHash, ContractHash), Verdict>,
    order: VecDeque<(ContractHash, ContractHash)>,
}

impl Verdicts {
    /// The verdict on a caller with `ours` and a service with `theirs`.
    pub fn get(&self, ours: ContractHash, theirs: ContractHash) -> Option<Verdict> {
        self.0.lock().verdicts.get(&(ours, theirs)).cloned()
    }

    pub(crate) fn put(&self, ours: ContractHash, theirs: ContractHash, verdict: Verdict) {
        let mut kept = self.0.lock();
        if kept.verdicts.insert((ours, theirs), verdict).is_some() {
            return;
        }
        kept.order.push_back((ours, theirs));
        if kept.order.len() > MOST
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.verdicts.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: usize) -> ContractHash {
        ContractHash::from_bytes((number as u128).to_be_bytes())
    }

    #[test]
    fn the_oldest_goes_when_it_is_full() {
        let verdicts = Verdicts::default();
        for number in 0..=MOST {
            verdicts.put(hash(0), hash(number), Verdict::Compatible);
            verdicts.put(hash(0), hash(number), Verdict::Compatible);
        }
        assert_eq!(verdicts.get(hash(0), hash(0)), None);
        assert_eq!(verdicts.get(hash(0), hash(1)), Some(Verdict::Compatible));
        assert_eq!(verdicts.get(hash(1), hash(0)), None);
        assert_eq!(verdicts.0.lock().verdicts.len(), MOST);
    }
}
