//! `export`.

use super::{FILE, TWO, shown, with_file};

#[test]
fn all_apps_or_some_as_yaml_or_json() {
    let repository = with_file(include_str!("../../fixtures/import/apps.yaml"));
    repository.run_ok("import apps.yaml -q");
    let before = repository.tree();
    let mut text = String::new();
    for line in [
        "export",
        "export my-shop -o json",
        "export shop-archive shop-reports",
        "export my-shop --roles databaserole --scope namespace-wide",
    ] {
        text.push_str(&format!(
            "$ {line}\n{}\n",
            shown(&repository, &repository.run(line))
        ));
    }
    insta::assert_snapshot!("exported", text);
    assert_eq!(repository.tree(), before);
    let refusal = repository.refusal_of(["export", "my-shap"], b"");
    insta::assert_snapshot!("export_of_none", refusal);
}

#[test]
fn what_is_exported_is_imported() {
    let first = with_file(include_str!("../../fixtures/import/apps.yaml"));
    first.run_ok("import apps.yaml -q");
    first.write(FILE, TWO);
    first.run_ok("import apps.yaml -q");
    for format in ["yaml", "json"] {
        let text = first.run_ok(&format!("export -o {format}"));
        let before = first.tree();
        let outcome = first.run_with("import - -q", text.as_bytes());
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        assert_eq!(first.tree(), before);
        let second = with_file("");
        let outcome = second.run_with("import - -q", text.as_bytes());
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        assert_eq!(second.run_ok(&format!("export -o {format}")), text);
    }
}
