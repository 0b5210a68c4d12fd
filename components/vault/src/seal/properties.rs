//! Property tests: a ciphertext that was changed, or is in another place, must not open, and nothing may
//! panic.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

/// The place of a ciphertext, with owned parts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owned([String; 4]);

impl Owned {
    fn place(&self) -> Place<'_> {
        let [kind, workspace, row, field] = &self.0;
        Place { kind, workspace, row, field }
    }
}

/// Short texts of few letters, so that the joined parts of different places are often equal.
fn part() -> impl Strategy<Value = String> {
    "[ab:|\u{fc}\u{0}]{0,4}"
}

fn place() -> impl Strategy<Value = Owned> {
    [part(), part(), part(), part()].prop_map(Owned)
}

fn ring() -> KeyRing {
    KeyRing::of(&[("k2", 2), ("k1", 1)])
}

fn sealed(place: &Owned, plaintext: &[u8], salt: [u8; SALT], nonce: [u8; NONCE]) -> Vec<u8> {
    seal_with(ring().sealing().unwrap(), place.place(), plaintext, &salt, &nonce).unwrap()
}

fn opens(place: &Owned, sealed: &[u8]) -> bool {
    match open(&ring(), place.place(), sealed) {
        Ok(_) => true,
        Err(Error::Unreadable(_)) => false,
        Err(other) => panic!("another error: {other:?}"),
    }
}

proptest! {
    #[test]
    fn a_ciphertext_opens_in_its_place_and_in_no_other(
        plaintext in vec(any::<u8>(), 0..200), salt: [u8; SALT], nonce: [u8; NONCE],
        own in place(), other in place(),
    ) {
        let sealed = sealed(&own, &plaintext, salt, nonce);
        prop_assert_eq!(&**open(&ring(), own.place(), &sealed).unwrap(), &plaintext[..]);
        prop_assert_eq!(opens(&other, &sealed), own == other);
    }

    /// The joined letters of the four parts stay the same, and the cuts between the parts move.
    #[test]
    fn a_place_with_other_cuts_is_another_place(own in place(), cuts: [Index; 3]) {
        let letters: Vec<char> = own.0.concat().chars().collect();
        let mut cuts = cuts.map(|cut| cut.index(letters.len() + 1));
        cuts.sort_unstable();
        let text = |from: usize, to: usize| letters[from..to].iter().collect::<String>();
        let [one, two, three] = cuts;
        let other = Owned([text(0, one), text(one, two), text(two, three), text(three, letters.len())]);
        let sealed = sealed(&own, b"secret", [1; SALT], [2; NONCE]);
        prop_assert_eq!(opens(&other, &sealed), own == other);
    }

    #[test]
    fn a_changed_ciphertext_does_not_open(
        plaintext in vec(any::<u8>(), 0..100), own in place(),
        flips in vec((any::<Index>(), 0_u8..8), 0..4), from: Index, to: Index, more in vec(any::<u8>(), 0..4),
    ) {
        let sealed = sealed(&own, &plaintext, [3; SALT], [4; NONCE]);
        let mut flipped = sealed.clone();
        for (at, bit) in flips {
            let at = at.index(flipped.len());
            flipped[at] ^= 1 << bit;
        }
        prop_assert_eq!(opens(&own, &flipped), flipped == sealed);
        let (from, to) = (from.index(sealed.len() + 1), to.index(sealed.len() + 1));
        let (from, to) = (from.min(to), from.max(to));
        let removed = [&sealed[..from], &sealed[to..]].concat();
        prop_assert_eq!(opens(&own, &removed), removed == sealed, "{} to {} removed", from, to);
        prop_assert!(!opens(&own, &sealed[..from]) || from == sealed.len(), "cut at {from}");
        let put_in = [&sealed[..from], &more, &sealed[from..]].concat();
        prop_assert_eq!(opens(&own, &put_in), put_in == sealed, "{:?} inserted at {}", more, from);
    }

    /// Two ciphertexts of one key and one place: parts of both do not make a third one.
    #[test]
    fn two_ciphertexts_cannot_be_mixed(own in place(), one: [u8; SALT], other: [u8; SALT], at: Index) {
        prop_assume!(one != other);
        let first = sealed(&own, b"first secret", one, [5; NONCE]);
        let second = sealed(&own, b"other secret", other, [6; NONCE]);
        let at = at.index(first.len());
        let mixed = [&first[..at], &second[at..]].concat();
        prop_assert_eq!(opens(&own, &mixed), mixed == first || mixed == second);
    }

    #[test]
    fn arbitrary_bytes_do_not_open(
        bytes in vec(any::<u8>(), 0..200), own in place(),
        key in select(&["k1", "k2", "k3", ""][..]),
    ) {
        prop_assert!(!opens(&own, &bytes));
        // The head has the right format, and the rest is arbitrary.
        let head = [&[VERSION, u8::try_from(key.len()).unwrap()], key.as_bytes()].concat();
        prop_assert!(!opens(&own, &[&head[..], &bytes].concat()));
    }
}
