use std::{
    borrow::Cow,
    collections::VecDeque,
    sync::atomic::{AtomicBool, Ordering},
};

use parking_lot::Mutex;
use stator_runtime::{dynamo::value::check, payload::Lane};

use crate::{
    event::{self, Record, SLOTS},
    wake::Wake,
};

/// Text that one drain hands over, in bytes: a flood cannot hold the event loop for long.
const DRAIN_BYTES: usize = 256 * 1024;

/// What has arrived is handed over in at most so many parts, each with at least so many turns ([`event::turns`]).
/// JavaScript sends what it says to one part before it takes the next: so the peer has work meanwhile, and neither side
/// waits for the whole of the other's. Items of streams are not counted: they are only read.
const PARTS: usize = 4;
const PART: usize = 16;

/// What came at once before counts for less with each time, by this fraction of it.
const FORGET: usize = 16;

/// Bytes that arrived as a whole message of at least this size are handed over as they are, each by itself.
const BLOB: usize = 16 * 1024;

/// A buffer that a burst made larger than this is given back.
const KEEP: usize = 1024 * 1024;

/// Events on their way to JavaScript.
///
/// Bounded by what feeds it: each call's credit, and the limit of calls that run at once.
pub struct Inbox {
    wake: Wake,
    /// JavaScript has just sent what it is told of next: no peer could do anything meanwhile.
    is_own: AtomicBool,
    /// Filled from any thread.
    back: Mutex<Lanes>,
    /// Being taken by JavaScript.
    front: Mutex<Taking>,
}

#[derive(Default)]
struct Lanes {
    /// UTF-8: only whole texts are added.
    text: Vec<u8>,
    /// Whether the text has more than ASCII in it.
    wide: bool,
    bytes: Vec<u8>,
    blobs: VecDeque<Vec<u8>>,
    records: Vec<Record>,
}

#[derive(Default)]
struct Taking {
    lanes: Lanes,
    /// Turns that one drain hands over.
    part: usize,
    /// Turns that came at once, at the most, lately.
    most: usize,
    record: usize,
    text: usize,
    byte: usize,
}

/// What one drain hands over.
pub struct Batch<'a> {
    /// UTF-8.
    pub text: &'a [u8],
    /// Whether the text may have more than ASCII in it.
    pub wide: bool,
    pub bytes: &'a [u8],
    /// Records written.
    pub count: usize,
    /// Whether another drain would find something.
    pub more: bool,
}

impl Inbox {
    pub fn new(wake: Wake) -> Self {
        Self {
            wake,
            is_own: AtomicBool::new(false),
            back: Mutex::default(),
            front: Mutex::default(),
        }
    }

    /// Wakes JavaScript if there is anything for it.
    pub fn ring(&self) {
        let empty = self.back.lock().records.is_empty();
        if !empty {
            self.wake.ring();
        }
    }

    /// Resolves when JavaScript looks the next time, which it is asked to do now.
    pub async fn probe(&self) {
        self.wake.probe().await;
    }

    /// JavaScript is going to look without being woken.
    pub fn attended(&self) {
        self.wake.attended();
    }

    /// Ends what [`Inbox::attended`] began: whether JavaScript has to look now. If not, what comes after this wakes it.
    pub fn has_arrived(&self) -> bool {
        // Before the look, so that whoever adds something after it sees that nobody attends any more.
        self.wake.answered();
        let arrived = !self.back.lock().records.is_empty();
        if arrived {
            self.wake.attended();
            self.is_own.store(true, Ordering::Relaxed);
        }
        arrived
    }

    /// Adds a record without payload.
    pub fn push(&self, record: Record) {
        self.back.lock().records.push(record);
    }

    /// Adds a record with text.
    pub fn push_text(&self, record: Record, text: &str) {
        self.back.lock().push_text(record, &text.into());
    }

    /// Adds a record with two texts; the length of the second goes into slot 6.
    pub fn push_texts(&self, record: Record, first: &str, second: &str) {
        self.back.lock().push_texts(record, first, second);
    }

    /// Adds a record with two texts, and behind it one with a payload. `false`: it is not what its lane says; nothing was added.
    pub fn push_with_payload(
        &self,
        record: Record,
        texts: [&str; 2],
        next: Record,
        lane: Lane,
        data: Cow<'_, [u8]>,
    ) -> bool {
        let Some(payload) = Payload::new(lane, data) else {
            return false;
        };
        let mut back = self.back.lock();
        back.push_texts(record, texts[0], texts[1]);
        back.push_payload(next, payload);
        true
    }

    /// Adds a record, and behind it one with a payload. `false`: it is not what its lane says; nothing was added.
    pub fn push_before_payload(&self, record: Record, next: Record, lane: Lane, data: &[u8]) -> bool {
        let Some(payload) = Payload::new(lane, data.into()) else {
            return false;
        };
        let mut back = self.back.lock();
        back.records.push(record);
        back.push_payload(next, payload);
        true
    }

    /// Adds a record with a payload in its lane. `false`: it is not what its lane says; nothing was added.
    pub fn push_payload(&self, record: Record, lane: Lane, data: Cow<'_, [u8]>) -> bool {
        let Some(payload) = Payload::new(lane, data) else {
            return false;
        };
        self.back.lock().push_payload(record, payload);
        true
    }

    /// Adds records with their payloads, up to one that is not what its lane says: `false` then.
    pub fn push_payloads<'a>(&self, items: impl Iterator<Item = (Record, Lane, &'a [u8])>) -> bool {
        let mut back = self.back.lock();
        for (record, lane, data) in items {
            let Some(payload) = Payload::new(lane, data.into()) else {
                return false;
            };
            back.push_payload(record, payload);
        }
        true
    }

    /// The next large message of the last drain, in the order of its records.
    pub fn take_blob(&self) -> Vec<u8> {
        self.front.lock().lanes.blobs.pop_front().unwrap_or_default()
    }

    /// Adds `record`; or, if the newest record is the `before` of the same id, marks that as the last one instead.
    pub fn push_end(&self, before: u32, record: Record) {
        let mut back = self.back.lock();
        match back.records.last_mut() {
            Some(last) if last[0] & 0xFF == before && last[1] == record[1] => last[0] |= event::LAST,
            _ => back.records.push(record),
        }
    }

    /// Hands the next part to `take`: at most as many records as fit into `out`, and text up to the cap.
    pub fn drain<T>(&self, out: &mut [u32], take: impl FnOnce(Batch<'_>) -> T) -> T {
        self.wake.answered();
        let mut front = self.front.lock();
        if front.record == front.lanes.records.len() {
            front.recycle();
            std::mem::swap(&mut front.lanes, &mut self.back.lock());
            front.part = if self.is_own.swap(false, Ordering::Relaxed) {
                usize::MAX
            } else {
                let turns = front.lanes.records.iter().map(event::turns).sum();
                front.part_of(turns)
            };
        }
        let Taking {
            lanes,
            part,
            record,
            text,
            byte,
            ..
        } = &mut *front;
        let (first_text, first_byte) = (*text, *byte);
        let mut count = 0;
        let mut turns = 0;
        for (entry, slots) in lanes.records[*record..].iter().zip(out.chunks_exact_mut(SLOTS)) {
            slots.copy_from_slice(entry);
            let length = entry[7] as usize;
            if entry[0] & (event::BYTES | event::MSGPACK) == 0 {
                *text += length;
            } else {
                *byte += length;
            }
            count += 1;
            turns += event::turns(entry);
            if turns >= *part || (*text - first_text) + (*byte - first_byte) >= DRAIN_BYTES {
                break;
            }
        }
        *record += count;
        let more = *record < lanes.records.len() || !self.back.lock().records.is_empty();
        take(Batch {
            text: &lanes.text[first_text..*text],
            wide: lanes.wide,
            bytes: &lanes.bytes[first_byte..*byte],
            count,
            more,
        })
    }
}

/// A payload that may cross.
enum Payload<'a> {
    Text(Text<'a>),
    /// With the flag of its lane.
    Bytes(u32, Cow<'a, [u8]>),
    /// Handed over by itself.
    Blob(Vec<u8>),
}

/// UTF-8, and how long JavaScript finds it.
struct Text<'a> {
    data: Cow<'a, [u8]>,
    units: u32,
    /// [`event::LONG_INTEGER`], or 0.
    flag: u32,
}

impl<'a> Text<'a> {
    /// `None`: it is not UTF-8.
    #[inline]
    fn new(data: Cow<'a, [u8]>) -> Option<Self> {
        let units = if data.is_ascii() {
            data.len() as u32
        } else {
            units(std::str::from_utf8(&data).ok()?)
        };
        let flag = if has_long_integer(&data) {
            event::LONG_INTEGER
        } else {
            0
        };
        Some(Self { data, units, flag })
    }

    /// ASCII has as many units as bytes, and nothing else has.
    fn is_wide(&self) -> bool {
        self.units as usize != self.data.len()
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self {
            data: text.as_bytes().into(),
            units: units(text),
            flag: 0,
        }
    }
}

impl<'a> Payload<'a> {
    #[inline]
    fn new(lane: Lane, data: Cow<'a, [u8]>) -> Option<Self> {
        match (lane, data) {
            (Lane::Text, data) => Text::new(data).map(Self::Text),
            (Lane::Bytes, Cow::Owned(mut data)) if data.len() >= BLOB => {
                data.shrink_to_fit();
                Some(Self::Blob(data))
            }
            (Lane::Bytes, data) => Some(Self::Bytes(event::BYTES, data)),
            (Lane::Msgpack, data) => check(&data).is_ok().then_some(Self::Bytes(event::MSGPACK, data)),
        }
    }
}

impl Lanes {
    fn push_texts(&mut self, mut record: Record, first: &str, second: &str) {
        let (first, second) = (Text::from(first), Text::from(second));
        record[6] = second.units;
        record[2] = first.units;
        record[7] = (first.data.len() + second.data.len()) as u32;
        self.add(&first);
        self.add(&second);
        self.records.push(record);
    }

    #[inline]
    fn push_payload(&mut self, mut record: Record, payload: Payload<'_>) {
        match payload {
            Payload::Text(text) => self.push_text(record, &text),
            Payload::Bytes(flag, data) => {
                record[0] |= flag;
                record[2] = data.len() as u32;
                record[7] = data.len() as u32;
                self.bytes.extend_from_slice(&data);
                self.records.push(record);
            }
            Payload::Blob(data) => {
                record[0] |= event::BLOB;
                record[2] = data.len() as u32;
                record[7] = 0;
                self.blobs.push_back(data);
                self.records.push(record);
            }
        }
    }

    #[inline]
    fn push_text(&mut self, mut record: Record, text: &Text<'_>) {
        record[0] |= text.flag;
        record[2] = text.units;
        record[7] = text.data.len() as u32;
        self.add(text);
        self.records.push(record);
    }

    #[inline]
    fn add(&mut self, text: &Text<'_>) {
        self.text.extend_from_slice(&text.data);
        self.wide |= text.is_wide();
    }
}

impl Taking {
    /// How many of `turns` that came together are handed over at a time. Those that could have come with them and did not are
    /// with the peer still: as long as it has that many, it needs nothing sooner, and each part costs a write.
    fn part_of(&mut self, turns: usize) -> usize {
        self.most = turns.max(self.most - self.most.div_ceil(FORGET));
        turns.div_ceil(PARTS).max(self.most - turns).max(PART)
    }

    fn recycle(&mut self) {
        let lanes = &mut self.lanes;
        lanes.text.clear();
        lanes.wide = false;
        lanes.bytes.clear();
        lanes.records.clear();
        lanes.blobs.clear();
        lanes.text.shrink_to(KEEP);
        lanes.bytes.shrink_to(KEEP);
        lanes.records.shrink_to(KEEP / size_of::<Record>());
        (self.record, self.text, self.byte) = (0, 0, 0);
    }
}

/// Digits of the shortest integer that a `number` may not hold exactly.
const LONG: usize = 16;

/// Whether JSON has so many digits in a row where a number may stand. A run of that length covers one of every so many
/// bytes: most texts are settled by a few looks.
fn has_long_integer(json: &[u8]) -> bool {
    let mut at = LONG - 1;
    while let Some(byte) = json.get(at) {
        if byte.is_ascii_digit() {
            let before = digits(json[..at].iter().rev());
            let after = digits(json[at..].iter());
            // Digits behind a point are no integer.
            let follows = (at - before)
                .checked_sub(1)
                .is_none_or(|at| matches!(json[at], b':' | b',' | b'[' | b'-' | b' ' | b'\t' | b'\n' | b'\r'));
            if follows && before + after >= LONG {
                return true;
            }
            at += after;
        }
        at += LONG;
    }
    false
}

fn digits<'a>(bytes: impl Iterator<Item = &'a u8>) -> usize {
    bytes.take_while(|byte| byte.is_ascii_digit()).count()
}

/// Length in UTF-16 units, which is how JavaScript counts.
fn units(text: &str) -> u32 {
    if text.is_ascii() {
        return text.len() as u32;
    }
    text.chars().map(|c| c.len_utf16() as u32).sum()
}
