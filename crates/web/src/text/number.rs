//! Numbers as people read them.

/// Groups by thousands: `1,234,567`.
pub fn group(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// How many there are, counted exactly up to a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// This many.
    Exactly(u64),
    /// This many were counted and then counting stopped.
    AtLeast(u64),
}

impl Count {
    /// `found` of a query that was allowed to count to `limit` and one more.
    pub const fn capped(found: u64, limit: u64) -> Self {
        if found > limit {
            Self::AtLeast(limit)
        } else {
            Self::Exactly(found)
        }
    }

    /// Whether there is nothing.
    pub const fn is_zero(self) -> bool {
        matches!(self, Self::Exactly(0))
    }
}

impl From<u64> for Count {
    fn from(found: u64) -> Self {
        Self::Exactly(found)
    }
}

impl std::fmt::Display for Count {
    /// `9,876` or `10,000+`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exactly(found) => f.write_str(&group(*found)),
            Self::AtLeast(limit) => write!(f, "{}+", group(*limit)),
        }
    }
}
