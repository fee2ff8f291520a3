//! Inputs made from others, the same for the same seed.

/// Pieces of the formats that are read; they get inserted whole.
const PIECES: &[&[u8]] = &[
    b"hxxp://",
    b"[.]",
    b"(dot)",
    b"[@]",
    "＠".as_bytes(),
    "．".as_bytes(),
    "。".as_bytes(),
    b"xn--",
    b"203.0.113.77",
    b"/24",
    b"2001:db8::1",
    b"::",
    b"CVE-2026-1234",
    b"evil.example",
    b"own.example",
    "日本語.jp".as_bytes(),
    "は".as_bytes(),
    b"\"",
    b"\\u0061",
    b"\\ud800",
    b"{\"a\":",
    b"[[",
    b"]]",
    b"1e999",
    b"NaN",
    b"null",
    b"\r\n\r\n",
    b"\r\n",
    b"--b\r\n",
    b"--b--",
    b"=?UTF-8?B?",
    b"?=",
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"<!--",
    b"<script",
    b"</",
    b"&#x2e;",
    b"href=\"",
    b"\x1b$B",
    b"\x1b(B",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\0",
    b"\xff",
    b"\t",
    b",",
    b";",
    b"=",
    b"'",
    b" OR ",
    b" IN (",
    b"file:hashes.'SHA-256'",
    b"\"type\":\"bundle\",\"objects\":[",
    b"..\\",
    b"../",
    b"\xe2\x80\xae",
    b"\xe2\x80\x94 ",
    b"18446744073709551615",
    b"-1",
    b"2026-05-01T00:00:00Z",
];

/// Numbers without end from a seed (SplitMix64).
#[derive(Debug, Clone)]
pub struct Numbers(u64);

impl Numbers {
    /// The same seed gives the same numbers.
    #[must_use]
    pub fn new(seed: u64) -> Numbers {
        Numbers(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when there is none.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 {
            0
        } else {
            (self.next() % bound as u64) as usize
        }
    }
}

/// Makes inputs for one target.
#[derive(Debug)]
pub struct Mutator {
    numbers: Numbers,
    pool: Vec<Vec<u8>>,
    longest: usize,
}

/// Inputs kept to be mutated again, so that changes add up.
const POOL: usize = 400;

impl Mutator {
    /// Begins with the seeds of a target.
    #[must_use]
    pub fn new(seeds: &[&[u8]], longest: usize, seed: u64) -> Mutator {
        let mut pool: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.to_vec()).collect();
        pool.push(Vec::new());
        Mutator {
            numbers: Numbers::new(seed),
            pool,
            longest,
        }
    }

    /// The next input.
    pub fn next_input(&mut self) -> Vec<u8> {
        let from = self.numbers.below(self.pool.len());
        let mut input = self.pool.get(from).cloned().unwrap_or_default();
        // One change most often: many together leave little that is still well formed.
        let more = if self.numbers.below(2) == 0 {
            0
        } else {
            self.numbers.below(6)
        };
        for _ in 0..=more {
            self.change(&mut input);
        }
        input.truncate(self.longest);
        if self.numbers.below(40) == 0 {
            // The first ones are the seeds; they stay.
            if self.pool.len() < POOL {
                self.pool.push(input.clone());
            } else {
                let place = POOL / 2 + self.numbers.below(POOL / 2);
                self.pool[place] = input.clone();
            }
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.numbers.below(input.len() + 1);
        let length = self.numbers.below((input.len() - at).min(64) + 1);
        match self.numbers.below(13) {
            0 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << self.numbers.below(8);
                }
            }
            1 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = self.numbers.below(256) as u8;
                }
            }
            2 => drop(input.drain(at..at + length)),
            3..=5 => {
                let piece = PIECES[self.numbers.below(PIECES.len())];
                input.splice(at..at, piece.iter().copied());
            }
            6 => {
                let copied = input[at..at + length].to_vec();
                let to = self.numbers.below(input.len() + 1);
                input.splice(to..to, copied);
            }
            7 => {
                // Repetition shows what takes more than linear time.
                let copied = input[at..at + length].to_vec();
                let room = self.longest.saturating_sub(input.len());
                let times = self.numbers.below(room / copied.len().max(1) + 1);
                let times = if self.numbers.below(8) == 0 {
                    times
                } else {
                    times.min(8)
                };
                input.splice(at..at, copied.repeat(times));
            }
            8 => {
                let other = self.numbers.below(self.pool.len());
                let other = &self.pool[other];
                let from = self.numbers.below(other.len() + 1);
                let spliced: Vec<u8> = other[from..].to_vec();
                input.truncate(at);
                input.extend_from_slice(&spliced);
            }
            9..=11 => self.exchange_words(input, at),
            _ => input.truncate(at),
        }
    }

    /// Puts another word, or a piece, in the place of a quoted one: JSON and tables stay well
    /// formed.
    fn exchange_words(&mut self, input: &mut Vec<u8>, at: usize) {
        let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'');
        let quotes: Vec<usize> = input
            .iter()
            .enumerate()
            .filter(|(_, byte)| is_quote(byte))
            .map(|(place, _)| place)
            .collect();
        let next = quotes.partition_point(|place| *place < at);
        let (Some(open), Some(close)) = (quotes.get(next), quotes.get(next + 1)) else {
            return;
        };
        let from = self.numbers.below(quotes.len());
        let other = match (quotes.get(from), quotes.get(from + 1)) {
            (Some(one), Some(two)) if self.numbers.below(2) == 0 => input[one + 1..*two].to_vec(),
            _ => PIECES[self.numbers.below(PIECES.len())].to_vec(),
        };
        input.splice(open + 1..*close, other);
    }
}
