use super::*;

fn reflection(annotations: &[(&str, &'static str)]) -> Reflection {
    Reflection::read(|key| {
        let name = key.strip_prefix("reflector.v1.k8s.emberstack.com/")?;
        let found = annotations.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value)
    })
}

/// Both flags set, and these lists.
fn lists(allowed: &'static str, automatic: &'static str) -> Reflection {
    reflection(&[
        ("reflection-allowed", "true"),
        ("reflection-allowed-namespaces", allowed),
        ("reflection-auto-enabled", "true"),
        ("reflection-auto-namespaces", automatic),
    ])
}

fn names(reflection: &Reflection) -> Vec<String> {
    let names = reflection.named();
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn what_the_product_writes() {
    let found = lists("shop,shop-jobs", "shop,shop-jobs");
    assert_eq!(names(&found), ["shop", "shop-jobs"]);
    assert_eq!(found.patterns(), [] as [&str; 0]);
    assert!(!found.mirrors_to_all());
    assert_eq!(found.reaches("shop"), Some(true));
    assert_eq!(found.reaches("shop-job"), Some(false));
    assert_eq!(found.reaches("my-shop"), Some(false));
}

#[test]
fn the_guides_list_of_what_is_allowed_is_enough() {
    let found = reflection(&[
        ("reflection-allowed", "true"),
        ("reflection-auto-enabled", "true"),
        ("reflection-allowed-namespaces", "shop"),
    ]);
    assert_eq!(names(&found), ["shop"]);
    assert_eq!(found.reaches("blog"), Some(false));
}

#[test]
fn flags_are_words_of_dotnet() {
    for (text, expected) in [
        ("true", true),
        ("True", true),
        (" TRUE\n", true),
        ("false", false),
        ("yes", false),
        ("1", false),
        ("\"true\"", false),
        ("", false),
    ] {
        let found = reflection(&[("reflection-allowed", text)]);
        assert_eq!(found.allowed, expected, "{text:?}");
    }
    assert_eq!(reflection(&[]), Reflection::default());
}

#[test]
fn both_flags_are_needed() {
    let allowed = reflection(&[("reflection-allowed", "true")]);
    assert_eq!(allowed.allows("shop"), Some(true));
    assert_eq!(allowed.reaches("shop"), Some(false));
    let automatic = reflection(&[("reflection-auto-enabled", "true")]);
    assert_eq!(automatic.allows("shop"), Some(false));
    assert_eq!(automatic.reaches("shop"), Some(false));
    assert!(!allowed.mirrors_to_all() && !automatic.mirrors_to_all());
}

#[test]
fn empty_lists_are_all_namespaces() {
    for list in ["", " ", "\t\n"] {
        let found = lists(list, list);
        assert!(found.mirrors_to_all(), "{list:?}");
        assert_eq!(found.reaches("anything"), Some(true));
        assert_eq!(names(&found), [] as [&str; 0]);
        assert_eq!(found.patterns(), [] as [&str; 0]);
    }
    let anything = lists("", ".*");
    assert!(anything.mirrors_to_all());
    assert_eq!(anything.patterns(), [] as [&str; 0]);
}

#[test]
fn a_list_of_nothing_but_commas_is_no_namespace() {
    let found = lists(" , ,", "");
    assert!(!found.mirrors_to_all());
    assert_eq!(found.reaches("shop"), Some(false));
}

#[test]
fn a_mirror_needs_both_lists() {
    let found = lists("shop, blog", "shop,jobs");
    assert_eq!(names(&found), ["shop"]);
    assert_eq!(found.allows("blog"), Some(true));
    assert_eq!(found.reaches("blog"), Some(false));
    let found = lists("team-.*", "team-a,other");
    assert_eq!(names(&found), ["team-a"]);
    assert_eq!(found.patterns(), [] as [&str; 0]);
}

#[test]
fn patterns_match_whole_names() {
    let found = lists("team-[a-z]+ ,  shop", "");
    assert_eq!(names(&found), ["shop"]);
    assert_eq!(found.patterns(), ["team-[a-z]+"]);
    assert_eq!(found.reaches("team-a"), Some(true));
    assert_eq!(found.reaches("team-a1"), Some(false));
    assert_eq!(found.reaches("my-team-a"), Some(false));
    // .NET takes the first alternative that matches, and its length is compared.
    assert_eq!(lists("a|ab", "").reaches("ab"), Some(false));
    assert_eq!(lists("ab|a", "").reaches("ab"), Some(true));
    assert_eq!(lists(r"[\[a-z--]+|s--p", "").reaches("s--p"), None);
    assert_eq!(lists(r"[\[a-z]--[a-z]\d", "").reaches("s--p1"), Some(true));
    assert_eq!(lists("SHOP", "").reaches("shop"), Some(false));
    assert_eq!(lists("(?i)SHOP", "").reaches("shop"), Some(true));
}

#[test]
fn what_only_dotnet_understands_is_not_known() {
    for pattern in [
        "(?!kube-).*",
        "[",
        "[a-z-[aeiou]]+",
        "[a-z&&x]",
        "[[:alpha:]]+",
        "a{9999999}",
    ] {
        let found = Reflection {
            allowed: true,
            allowed_namespaces: NamespaceList::new(pattern, ""),
            automatic: true,
            automatic_namespaces: NamespaceList::default(),
        };
        assert_eq!(found.reaches("shop"), None, "{pattern}");
        assert_eq!(found.patterns(), [pattern]);
    }
    // What stands before it decides; what stands behind it is never looked at.
    assert_eq!(lists("shop,[", "").reaches("shop"), Some(true));
    assert_eq!(lists("[,shop", "").reaches("shop"), None);
    assert_eq!(lists("[", "blog").reaches("shop"), Some(false));
}

#[test]
fn selectors_are_kept_and_leave_it_open() {
    let found = reflection(&[
        ("reflection-allowed", "true"),
        ("reflection-allowed-namespaces", "shop"),
        ("reflection-allowed-namespaces-selector", " team in (a,b) "),
        ("reflection-auto-enabled", "true"),
    ]);
    assert_eq!(found.allowed_namespaces.selector, "team in (a,b)");
    assert_eq!(found.selectors(), ["team in (a,b)"]);
    assert_eq!(found.reaches("shop"), Some(true));
    assert_eq!(found.reaches("blog"), None);
    assert!(!found.mirrors_to_all());
}
