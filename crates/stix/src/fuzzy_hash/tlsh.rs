//! TLSH: 35 bytes of which one is a checksum, one the length of the file, one two ratios, and 32 are 128 codes of two
//! bits (Oliver, Cheng, Chen, "TLSH – a locality sensitive hash", 2013).

use std::fmt;

/// Up to this distance two are alike.
pub const ALIKE_TO: u16 = 30;
/// Bytes of a hash.
const BYTES: usize = 35;
/// Bytes before the codes.
const HEADER: usize = 3;
/// Bands of the codes, eight codes each.
const BANDS: usize = 16;
/// What each step of length or ratio costs, from the second on.
const STEP: u16 = 12;

/// A hash of TLSH with 128 codes and a checksum of one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tlsh {
    bytes: [u8; BYTES],
}

impl Tlsh {
    /// Reads 70 hexadecimal digits in either case, with `T1` before them or without; `None` for all else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = match text.get(..2) {
            Some(form) if form.eq_ignore_ascii_case("T1") && text.len() == 2 * BYTES + 2 => {
                text.get(2..)?
            }
            _ => text,
        };
        let mut bytes = [0; BYTES];
        let pairs = digits.as_bytes().chunks_exact(2);
        if digits.len() != 2 * BYTES {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            let [high, low] = pair else { return None };
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self { bytes })
    }

    /// How far another is: nothing for the same, without bound for what has nothing in common.
    #[must_use]
    pub fn distance(&self, other: &Self) -> u16 {
        let length = match around(self.length(), other.length(), 256) {
            steps @ (0 | 1) => steps,
            steps => steps * STEP,
        };
        let ratios = self.ratios().into_iter().zip(other.ratios());
        let ratios = ratios.map(|(one, other)| match around(one, other, 16) {
            steps @ (0 | 1) => steps,
            steps => (steps - 1) * STEP,
        });
        let checksum = u16::from(self.bytes[0] != other.bytes[0]);
        let codes = self.codes().iter().zip(other.codes());
        let codes = codes.map(|(one, other)| apart(*one, *other));
        length + ratios.sum::<u16>() + checksum + codes.sum::<u16>()
    }

    /// One for each band: which it is, the length, and its codes.
    pub(super) fn pieces(&self) -> Vec<String> {
        let bands = self.bands().into_iter().enumerate();
        let pieces = bands.map(|(band, codes)| piece(band, self.length(), codes));
        pieces.collect()
    }

    /// The pieces of whatever is no farther than [`ALIKE_TO`]. What of the distance the lengths leave is spread over
    /// the bands, so that at least one has less than its share: it is the same, or one step of one code off. That many
    /// bands are looked up, with that many steps, that all others together would be too far.
    pub(super) fn sought(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (steps, cost) in [(0u8, 0), (1, 1), (255, 1), (2, 2 * STEP), (254, 2 * STEP)] {
            let length = self.length().wrapping_add(steps);
            let too_far = usize::from(ALIKE_TO - cost) + 1;
            let looked_up = self.bands().into_iter().take(too_far).enumerate();
            for (band, codes) in looked_up {
                all.push(piece(band, length, codes));
                if band + BANDS < too_far {
                    let beside = one_step_off(codes).into_iter();
                    all.extend(beside.map(|codes| piece(band, length, codes)));
                }
            }
        }
        all
    }

    /// The length, by its logarithm. Its halves stand the wrong way round.
    fn length(&self) -> u8 {
        self.bytes[1].rotate_left(4)
    }

    fn ratios(&self) -> [u8; 2] {
        [self.bytes[2] >> 4, self.bytes[2] & 15]
    }

    fn codes(&self) -> &[u8] {
        self.bytes.get(HEADER..).unwrap_or_default()
    }

    fn bands(&self) -> [u16; BANDS] {
        let at = |at: usize| u16::from(self.codes().get(at).copied().unwrap_or_default());
        std::array::from_fn(|band| at(2 * band) << 8 | at(2 * band + 1))
    }
}

impl fmt::Display for Tlsh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("T1")?;
        self.bytes
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

fn digit(character: u8) -> Option<u8> {
    let value = char::from(character).to_digit(16)?;
    u8::try_from(value).ok()
}

fn piece(band: usize, length: u8, codes: u16) -> String {
    format!("{band:x}{length:02x}{codes:04x}")
}

/// Steps between two numbers on a circle.
fn around(one: u8, other: u8, circle: u16) -> u16 {
    let steps = u16::from(one.abs_diff(other));
    steps.min(circle - steps)
}

/// How far two bytes of four codes are: the steps between the codes, and six for the three from one end to the other.
fn apart(one: u8, other: u8) -> u16 {
    let code = |byte: u8, at: u8| byte >> (2 * at) & 3;
    let steps = (0..4).map(|at| u16::from(code(one, at).abs_diff(code(other, at))));
    steps.map(|steps| if steps == 3 { 6 } else { steps }).sum()
}

/// A band with one code one step up or down.
fn one_step_off(codes: u16) -> Vec<u16> {
    let mut all = Vec::new();
    for at in 0..8 {
        let one = 1u16 << (2 * at);
        let code = codes >> (2 * at) & 3;
        if code < 3 {
            all.push(codes + one);
        }
        if code > 0 {
            all.push(codes - one);
        }
    }
    all
}
