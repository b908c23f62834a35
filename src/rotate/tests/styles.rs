//! However a SealedSecret is written, nothing but the password's characters changes.

use proptest::prelude::*;

use super::*;

const LABEL: &str = "postgres/my-shop-db-creds";

/// How a sealed value is written.
#[derive(Clone, Copy, Debug)]
enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
    Comment,
}

impl Style {
    const ALL: [Self; 6] = [
        Self::Plain,
        Self::Single,
        Self::Double,
        Self::Literal,
        Self::Folded,
        Self::Comment,
    ];

    /// The value behind its key, whose column is given.
    fn written(self, value: &str, column: usize) -> String {
        let below = " ".repeat(column + 2);
        match self {
            Self::Plain => value.to_owned(),
            Self::Single => format!("'{value}'"),
            Self::Double => format!("\"{value}\""),
            Self::Literal => format!("|-\n{below}{value}"),
            Self::Folded => format!(">-\n{below}{value}"),
            Self::Comment => format!("{value} # sealed by hand"),
        }
    }
}

/// Where the SealedSecret stands.
#[derive(Clone, Copy, Debug)]
enum Form {
    Alone,
    Second,
    Listed,
}

/// The file, with the password's sealed value in it once.
fn file(
    world: &mut World,
    form: Form,
    styles: [Style; 2],
    crlf: bool,
    bom: bool,
    end: bool,
) -> (String, String) {
    let (username, password) = (world.seal(LABEL, "my_shop"), world.seal(LABEL, "old"));
    let text = |indent: usize| {
        let at = " ".repeat(indent);
        format!(
            "apiVersion: bitnami.com/v1alpha1\n{at}kind: SealedSecret\n{at}# names\n{at}metadata:\n{at}  name: my-shop-db-creds\n{at}  namespace: postgres\n{at}spec:\n{at}  encryptedData:\n{at}    # two\n{at}    password: {}\n\n{at}    username: {}\n{at}  template: {{metadata: {{labels: {{cnpg.io/reload: \"\"}}}}}}",
            styles[0].written(&password, indent + 4),
            styles[1].written(&username, indent + 4),
        )
    };
    let other = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}";
    let mut text = match form {
        Form::Alone => text(0),
        Form::Second => format!("# first\n{other}\n---\n{}\n---\n{other}", text(0)),
        Form::Listed => format!(
            "apiVersion: v1\nkind: List\nitems:\n  - {}\n  - {{kind: ConfigMap, apiVersion: v1}}",
            text(4)
        ),
    };
    if end {
        text.push('\n');
    }
    if crlf {
        text = text.replace('\n', "\r\n");
    }
    if bom {
        text.insert(0, '\u{feff}');
    }
    (text, password)
}

/// Rotates, and says that only the password's characters changed and that the new ones open.
fn assert_replaced(world: &mut World, text: &str, old: &str) {
    world.write(SEALED, text);
    let plan = world.plan(&["my-shop"]).unwrap();
    let after = world.after(&plan, SEALED);
    let (before, rest) = text.split_once(old).unwrap();
    let new = after
        .strip_prefix(before)
        .and_then(|new| new.strip_suffix(rest));
    let opened = world.private.unseal(new.unwrap(), LABEL).unwrap();
    assert_eq!(opened.len(), 32);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn all_other_bytes_stay(
        form in prop::sample::select(vec![Form::Alone, Form::Second, Form::Listed]),
        password in prop::sample::select(Style::ALL.to_vec()),
        username in prop::sample::select(Style::ALL.to_vec()),
        crlf in any::<bool>(),
        bom in any::<bool>(),
        end in any::<bool>(),
    ) {
        let mut world = World::new();
        let (text, old) = file(&mut world, form, [password, username], crlf, bom, end);
        assert_replaced(&mut world, &text, &old);
    }
}

#[test]
fn json_stays_json() {
    let mut world = World::new();
    let (username, password) = (world.seal(LABEL, "my_shop"), world.seal(LABEL, "old"));
    let object = serde_json::json!({
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": {"name": "my-shop-db-creds", "namespace": "postgres"},
        "spec": {"encryptedData": {"password": password, "username": username}},
    });
    let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": [object]});
    for value in [&object, &list] {
        let pretty = serde_json::to_string_pretty(value).unwrap();
        for text in [value.to_string(), pretty] {
            assert_replaced(&mut world, &text, &password);
        }
    }
}

#[test]
fn several_in_one_document_and_in_several() {
    let mut world = World::new();
    let one = world.files[SEALED].clone();
    let two = one.replace("my-shop", "blog");
    let roles = [("my_shop", "my-shop-db-creds"), ("blog", "blog-db-creds")];
    world.write("db/cluster.yaml", &cluster(&roles));
    let item = |text: &str| {
        let lines: Vec<&str> = text.lines().collect();
        format!("  - {}\n", lines.join("\n    "))
    };
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n{}{}",
        item(&one),
        item(&two)
    );
    for text in [format!("{one}---\n{two}"), list] {
        world.write(SEALED, &text);
        let plan = world.plan(&[]).unwrap();
        assert_eq!(plan.rotations.len(), 2);
        let after = world.after(&plan, SEALED);
        assert_eq!(changed(&text, &after), ["password", "password"]);
        let stream = parse(&after).unwrap();
        let roots: Vec<&Node<'_>> = match stream.documents.as_slice() {
            [list] => list.root.get("items").unwrap().items().iter().collect(),
            several => several.iter().map(|document| &document.root).collect(),
        };
        assert_eq!(world.opened_password(roots[0], LABEL).len(), 32);
        assert_eq!(
            world
                .opened_password(roots[1], "postgres/blog-db-creds")
                .len(),
            32
        );
    }
}

#[test]
fn many_in_one_file_are_changed_one_by_one() {
    let mut world = World::new();
    let one = world.files[SEALED].clone();
    let names: Vec<String> = (0..60).map(|number| format!("app{number}")).collect();
    let secrets: Vec<String> = names
        .iter()
        .map(|name| format!("{name}-db-creds"))
        .collect();
    let roles = names.iter().zip(&secrets);
    let roles: Vec<(&str, &str)> = roles
        .map(|(role, secret)| (role.as_str(), secret.as_str()))
        .collect();
    world.write("db/cluster.yaml", &cluster(&roles));
    let documents: Vec<String> = names
        .iter()
        .map(|name| format!("# {name}\n{}", one.replace("my-shop", name)))
        .collect();
    let text = format!("# all of them\r\n---\n{}", documents.join("--- # next\n\n"));
    world.write(SEALED, &text);
    let plan = world.plan(&[]).unwrap();
    let after = world.after(&plan, SEALED);
    assert_eq!(changed(&text, &after), ["password"; 60]);
    let stream = parse(&after).unwrap();
    for (document, secret) in stream.documents.iter().zip(&secrets) {
        let label = format!("postgres/{secret}");
        assert_eq!(world.opened_password(&document.root, &label).len(), 32);
    }
    // What cannot be edited is told with its line in the file.
    let (head, tail) = text.rsplit_once("    password: A").unwrap();
    world.write(SEALED, &format!("{head}    password: !x A{tail}"));
    let error = world.plan(&[]).unwrap_err().to_string();
    let line = head.lines().count() + 1;
    assert_eq!(
        error,
        format!(
            "{SEALED}:{line}: spec.encryptedData.password has the tag !x, which says how its text is read"
        )
    );
}

#[test]
fn a_value_on_several_lines_becomes_one_line() {
    let mut world = World::new();
    let text = world.files[SEALED].clone();
    let line = text
        .lines()
        .find(|line| line.starts_with("    password: "))
        .unwrap();
    let value = line.trim_start_matches("    password: ");
    let (left, right) = value.split_at(76);
    let folded = text.replace(
        line,
        &format!("    password: >-\n      {left}\n      {right}"),
    );
    // Folded with a space in between it is none; as a literal with line breaks it is what Go takes.
    let literal = folded.replace(">-", "|-");
    world.write(SEALED, &literal);
    let plan = world.plan(&["my-shop"]).unwrap();
    let after = world.after(&plan, SEALED);
    let opened = world.opened(&after, LABEL);
    assert_eq!(opened["password"].len(), 32);
    assert_eq!(after.lines().count() + 1, literal.lines().count());
}

impl World {
    fn opened_password(&self, root: &Node<'_>, label: &str) -> String {
        let value = root.at(&["spec", "encryptedData", "password"]).unwrap();
        let opened = self.private.unseal(value.as_str().unwrap(), label).unwrap();
        String::from_utf8(opened.to_vec()).unwrap()
    }
}
