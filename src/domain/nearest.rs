//! Finds the word that was probably meant.

/// The known word that is nearest to `word`, when one is near enough to ask "did you mean".
///
/// Near is the same but for case, `-`, `_` and spaces, or at most one slip (a character too much, missing, wrong or
/// swapped with its neighbour) for every three characters. Of equally near words the first one is taken.
pub fn nearest<'known>(
    word: &str,
    known: impl IntoIterator<Item = &'known str>,
) -> Option<&'known str> {
    let folded = folded(word);
    let length = folded.chars().count();
    known
        .into_iter()
        .filter_map(|candidate| Some((slips(&folded, length, candidate)?, candidate)))
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// The slips between a folded word and a known one, when they are few enough.
fn slips(word: &str, length: usize, candidate: &str) -> Option<usize> {
    let candidate = folded(candidate);
    let candidate_length = candidate.chars().count();
    let allowed = length.max(candidate_length) / 3;
    // The distance is at least the difference in length: a long text is not compared at all.
    if length.abs_diff(candidate_length) > allowed {
        return None;
    }
    let slips = strsim::osa_distance(word, &candidate);
    (slips <= allowed).then_some(slips)
}

/// Whether two words are the same but for their digits, as the names of several things of one kind are.
pub fn differ_in_digits_alone(one: &str, other: &str) -> bool {
    let without = |word: &str| -> String {
        let folded = folded(word);
        folded.chars().filter(|c| !c.is_ascii_digit()).collect()
    };
    one != other && without(one) == without(other)
}

fn folded(word: &str) -> String {
    word.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{differ_in_digits_alone, nearest};

    const KNOWN: [&str; 6] = [
        "cluster",
        "clusterFile",
        "scope",
        "waves",
        "prod",
        "staging",
    ];

    #[test]
    fn finds_the_near() {
        for (word, meant) in [
            ("clusterfile", "clusterFile"),
            ("cluster_file", "clusterFile"),
            ("CLUSTER-FILE", "clusterFile"),
            ("clutser", "cluster"),
            ("clusters", "cluster"),
            ("clusterFil", "clusterFile"),
            ("wave", "waves"),
            ("prdo", "prod"),
            ("stagign", "staging"),
        ] {
            assert_eq!(nearest(word, KNOWN), Some(meant), "{word}");
        }
    }

    #[test]
    fn leaves_the_far() {
        for word in ["", "x", "pr", "dev", "database", &"x".repeat(1_000_000)] {
            assert_eq!(nearest(word, KNOWN), None);
        }
        assert_eq!(nearest("prod", []), None);
    }

    #[test]
    fn tells_what_is_numbered() {
        assert!(differ_in_digits_alone("node-1", "node-20"));
        assert!(differ_in_digits_alone("shop-db", "shop-2-db"));
        assert!(!differ_in_digits_alone("node-1", "nod-1"));
        assert!(!differ_in_digits_alone("node-1", "node-1"));
    }

    #[test]
    fn takes_the_first_of_equals() {
        assert_eq!(nearest("node-3", ["node-1", "node-2"]), Some("node-1"));
    }
}
