use crate::{Asked, Contract, MapKey, Misfit};

/// A list or a set: its length, then each item.
pub(super) fn check_items<'a, T: Contract + 'a>(
    items: impl ExactSizeIterator<Item = &'a T>,
    asked: &Asked,
) -> Result<(), Misfit> {
    asked.length(items.len(), "items")?;
    let asked = asked.of_parts();
    for (index, item) in items.enumerate() {
        item.check_contract(&asked).map_err(|misfit| misfit.inside(index))?;
    }
    Ok(())
}

/// A map: its size, then each value.
pub(super) fn check_entries<'a, K: MapKey + 'a, V: Contract + 'a>(
    entries: impl ExactSizeIterator<Item = (&'a K, &'a V)>,
    asked: &Asked,
) -> Result<(), Misfit> {
    asked.length(entries.len(), "entries")?;
    let asked = asked.of_parts();
    for (key, value) in entries {
        value
            .check_contract(&asked)
            .map_err(|misfit| misfit.inside(key.text().as_str()))?;
    }
    Ok(())
}
