use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::SystemTime,
};

use rustc_hash::FxHashSet;
use tokio::time::Instant;

use crate::{
    Error, ErrorCode, Result,
    payload::Payload,
    queue::{
        DeadLetter, DeadPage, Death, Info, NewJob, QueueSettings, Receipt, Settle, Stored, Taken,
        job::late,
        limits::{MAX_MEMORY_JOB, MAX_PAGE_BYTES, full, too_large},
    },
};

/// The most ids that are remembered; then the oldest is forgotten before its time.
const MAX_IDS: usize = 1_000_000;

/// Everything in one queue. Nothing happens by itself: what is due happens with the next look.
pub(super) struct State {
    name: String,
    settings: QueueSettings,
    jobs: BTreeMap<u64, Held>,
    /// Those that can be taken.
    ready: BTreeSet<u64>,
    /// When the others can be: those that somebody has, and those that come again later.
    due: BTreeSet<(Instant, u64)>,
    bytes: u64,
    ids: FxHashSet<String>,
    /// When each id was put, the oldest first.
    recent: VecDeque<(Instant, String)>,
    dead: BTreeMap<u64, DeadLetter>,
    dead_bytes: u64,
    /// The numbers that were given last.
    last_job: u64,
    last_delivery: u64,
    last_letter: u64,
    deleted: bool,
}

struct Held {
    id: String,
    payload: Payload,
    put: Instant,
    put_at: SystemTime,
    deliveries: u32,
    /// The delivery that may be answered, while somebody has it.
    delivery: Option<u64>,
    /// Its place in `due`.
    due: Option<Instant>,
}

impl State {
    pub(super) fn new(name: &str, settings: QueueSettings) -> Self {
        Self {
            name: name.to_owned(),
            settings,
            jobs: BTreeMap::new(),
            ready: BTreeSet::new(),
            due: BTreeSet::new(),
            bytes: 0,
            ids: FxHashSet::default(),
            recent: VecDeque::new(),
            dead: BTreeMap::new(),
            dead_bytes: 0,
            last_job: 0,
            last_delivery: 0,
            last_letter: 0,
            deleted: false,
        }
    }

    pub(super) fn put(&mut self, NewJob { id, payload, .. }: NewJob, now: Instant) -> Result<Stored> {
        self.refresh(now)?;
        if payload.data.len() > MAX_MEMORY_JOB {
            return Err(too_large(&self.name, payload.data.len(), MAX_MEMORY_JOB));
        }
        if self.ids.contains(&id) {
            return Ok(Stored { duplicate: true });
        }
        self.add(id.clone(), payload, now)?;
        if self.recent.len() >= MAX_IDS
            && let Some((_, oldest)) = self.recent.pop_front()
        {
            self.ids.remove(&oldest);
        }
        self.ids.insert(id.clone());
        self.recent.push_back((now, id));
        Ok(Stored { duplicate: false })
    }

    fn add(&mut self, id: String, payload: Payload, now: Instant) -> Result<()> {
        let size = size(&id, &payload);
        if self.jobs.len() as u64 >= self.settings.max_messages || self.bytes + size > self.settings.max_bytes {
            return Err(full(&self.name, &self.settings, "the jobs"));
        }
        self.bytes += size;
        self.last_job += 1;
        let held = Held {
            id,
            payload,
            put: now,
            put_at: SystemTime::now(),
            deliveries: 0,
            delivery: None,
            due: None,
        };
        self.jobs.insert(self.last_job, held);
        self.ready.insert(self.last_job);
        Ok(())
    }

    /// The first job that can be taken: the one that was put first.
    pub(super) fn take(&mut self, now: Instant) -> Result<Option<Taken>> {
        self.refresh(now)?;
        let Some(sequence) = self.ready.pop_first() else {
            return Ok(None);
        };
        let Some(job) = self.jobs.get_mut(&sequence) else {
            return Ok(None);
        };
        self.last_delivery += 1;
        job.deliveries = job.deliveries.saturating_add(1);
        job.delivery = Some(self.last_delivery);
        let until = now + self.settings.ack_wait;
        job.due = Some(until);
        self.due.insert((until, sequence));
        Ok(Some(Taken {
            id: job.id.clone(),
            payload: job.payload.clone(),
            deliveries: job.deliveries,
            put_at: job.put_at,
            receipt: Receipt {
                sequence,
                delivery: self.last_delivery,
                reply: String::new(),
            },
            since: now,
        }))
    }

    /// When there will be something to take, if nothing else happens.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due.first().map(|(when, _)| *when)
    }

    pub(super) fn settle(&mut self, receipt: &Receipt, how: Settle, now: Instant) -> Result<()> {
        self.refresh(now)?;
        let sequence = receipt.sequence;
        let job = self.held(receipt)?;
        let before = job.due.take();
        let again = match how {
            Settle::Ack => None,
            Settle::Nack(delay) => {
                job.delivery = None;
                Some(delay)
            }
            Settle::Extend => Some(self.settings.ack_wait),
        };
        if let Some(before) = before {
            self.due.remove(&(before, sequence));
        }
        match again {
            None => self.remove(sequence),
            Some(delay) if delay.is_zero() => {
                self.ready.insert(sequence);
            }
            Some(delay) => {
                let when = now + delay;
                self.due.insert((when, sequence));
                if let Some(job) = self.jobs.get_mut(&sequence) {
                    job.due = Some(when);
                }
            }
        }
        Ok(())
    }

    pub(super) fn bury(&mut self, taken: &Taken, death: Death, now: Instant) -> Result<()> {
        self.refresh(now)?;
        let job = self.held(&taken.receipt)?;
        let (deliveries, put_at) = (job.deliveries, job.put_at);
        let size = size(&taken.id, &taken.payload);
        if self.dead.len() as u64 >= self.settings.max_messages || self.dead_bytes + size > self.settings.max_bytes {
            return Err(full(&self.name, &self.settings, "the dead letters"));
        }
        self.remove(taken.receipt.sequence);
        self.last_letter += 1;
        self.dead_bytes += size;
        let letter = DeadLetter {
            number: self.last_letter,
            id: taken.id.clone(),
            payload: taken.payload.clone(),
            death,
            deliveries,
            put_at,
            dead_at: SystemTime::now(),
        };
        self.dead.insert(self.last_letter, letter);
        Ok(())
    }

    pub(super) fn info(&mut self, now: Instant) -> Result<Info> {
        self.refresh(now)?;
        let ready = self.jobs.values().filter(|job| job.deliveries == 0).count() as u64;
        Ok(Info {
            ready,
            in_flight: self.jobs.len() as u64 - ready,
            dead: self.dead.len() as u64,
            bytes: self.bytes,
        })
    }

    pub(super) fn dead(&self, after: u64, limit: usize) -> Result<DeadPage> {
        let mut page = DeadPage::default();
        let mut bytes = 0;
        let later = after.saturating_add(1)..;
        for letter in self.dead.range(later).map(|(_, letter)| letter) {
            if page.letters.len() == limit || bytes >= MAX_PAGE_BYTES {
                page.more = true;
                break;
            }
            bytes += letter.payload.data.len();
            page.letters.push(letter.clone());
        }
        Ok(page)
    }

    pub(super) fn requeue(&mut self, number: u64, now: Instant) -> Result<bool> {
        self.refresh(now)?;
        let Some(letter) = self.dead.get(&number).cloned() else {
            return Ok(false);
        };
        self.add(letter.id, letter.payload, now)?;
        self.bury_for_good(number);
        Ok(true)
    }

    pub(super) fn purge_dead(&mut self, number: Option<u64>) -> Result<u64> {
        match number {
            Some(number) => Ok(u64::from(self.bury_for_good(number))),
            None => {
                self.dead_bytes = 0;
                Ok(std::mem::take(&mut self.dead).len() as u64)
            }
        }
    }

    /// Whoever still has this queue finds that it is gone.
    pub(super) fn delete(&mut self) {
        let (name, settings) = (self.name.clone(), self.settings.clone());
        *self = Self::new(&name, settings);
        self.deleted = true;
    }

    fn bury_for_good(&mut self, number: u64) -> bool {
        let Some(letter) = self.dead.remove(&number) else {
            return false;
        };
        self.dead_bytes = self.dead_bytes.saturating_sub(size(&letter.id, &letter.payload));
        true
    }

    /// Lets happen what is due.
    fn refresh(&mut self, now: Instant) -> Result<()> {
        if self.deleted {
            return Err(Error::new(
                ErrorCode::NotFound,
                format!("the queue {:?} was deleted", self.name),
            ));
        }
        while let Some((when, sequence)) = self.due.first().copied()
            && when <= now
        {
            self.due.pop_first();
            if let Some(job) = self.jobs.get_mut(&sequence) {
                (job.due, job.delivery) = (None, None);
                self.ready.insert(sequence);
            }
        }
        if let Some(age) = self.settings.max_age {
            // They stand in the order in which they were put.
            while let Some((&sequence, job)) = self.jobs.first_key_value()
                && job.put + age <= now
            {
                self.remove(sequence);
            }
        }
        while let Some((put, id)) = self.recent.front()
            && *put + self.settings.dedup_window <= now
        {
            self.ids.remove(id);
            self.recent.pop_front();
        }
        Ok(())
    }

    fn held(&mut self, receipt: &Receipt) -> Result<&mut Held> {
        let job = self.jobs.get_mut(&receipt.sequence);
        job.filter(|job| job.delivery == Some(receipt.delivery))
            .ok_or_else(|| late(&self.name))
    }

    fn remove(&mut self, sequence: u64) {
        if let Some(job) = self.jobs.remove(&sequence) {
            self.bytes = self.bytes.saturating_sub(size(&job.id, &job.payload));
            self.ready.remove(&sequence);
            if let Some(due) = job.due {
                self.due.remove(&(due, sequence));
            }
        }
    }
}

fn size(id: &str, payload: &Payload) -> u64 {
    (id.len() + payload.data.len()) as u64
}
