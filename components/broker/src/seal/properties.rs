//! Whatever is done to a sealed blob or to its place, it does not open, and nothing panics.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

/// Where something is sealed, as text of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owned([String; 4]);

impl Owned {
    fn place(&self) -> Place<'_> {
        let [kind, workspace, row, field] = &self.0;
        Place { kind, workspace, row, field }
    }
}

/// Short texts of few letters, so that parts of different places often have the same letters in a row.
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
    fn what_is_sealed_opens_in_its_place_and_in_no_other(
        plaintext in vec(any::<u8>(), 0..200), salt: [u8; SALT], nonce: [u8; NONCE],
        own in place(), other in place(),
    ) {
        let sealed = sealed(&own, &plaintext, salt, nonce);
        prop_assert_eq!(&**open(&ring(), own.place(), &sealed).unwrap(), &plaintext[..]);
        prop_assert_eq!(opens(&other, &sealed), own == other);
    }

    /// The letters of all four parts stay, the cuts between them move.
    #[test]
    fn a_place_that_is_cut_elsewhere_is_another(own in place(), cuts: [Index; 3]) {
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
    fn a_blob_with_any_change_does_not_open(
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
        prop_assert_eq!(opens(&own, &removed), removed == sealed, "{} to {} taken out", from, to);
        prop_assert!(!opens(&own, &sealed[..from]) || from == sealed.len(), "cut at {from}");
        let put_in = [&sealed[..from], &more, &sealed[from..]].concat();
        prop_assert_eq!(opens(&own, &put_in), put_in == sealed, "{:?} put in at {}", more, from);
    }

    /// Two blobs of one key and one place: no part of one fits the other.
    #[test]
    fn parts_of_two_blobs_make_no_third(own in place(), one: [u8; SALT], other: [u8; SALT], at: Index) {
        prop_assume!(one != other);
        let first = sealed(&own, b"first secret", one, [5; NONCE]);
        let second = sealed(&own, b"other secret", other, [6; NONCE]);
        let at = at.index(first.len());
        let mixed = [&first[..at], &second[at..]].concat();
        prop_assert_eq!(opens(&own, &mixed), mixed == first || mixed == second);
    }

    #[test]
    fn bytes_that_nobody_sealed_do_not_open(
        bytes in vec(any::<u8>(), 0..200), own in place(),
        key in select(&["k1", "k2", "k3", ""][..]),
    ) {
        prop_assert!(!opens(&own, &bytes));
        // As far as the head, in our format.
        let head = [&[VERSION, u8::try_from(key.len()).unwrap()], key.as_bytes()].concat();
        prop_assert!(!opens(&own, &[&head[..], &bytes].concat()));
    }
}
