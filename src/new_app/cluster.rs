//! The Cluster's manifest: the managed roles' entries, and the sync-wave.

use super::error::NewAppError;
use super::site::Site;
use crate::domain::app::App;
use crate::domain::wave::SYNC_WAVE;
use crate::repo::draft::Draft;
use crate::repo::edit::{Addition, append, insert_key};
use crate::target::Target;

/// Appends the roles of these apps, and adds the Cluster's sync-wave where it has none.
pub(super) fn add(
    target: &Target,
    site: &Site<'_>,
    apps: &[&App],
    draft: &mut Draft<'_>,
) -> Result<(), NewAppError> {
    let manifest = target.manifest.as_ref().ok_or(NewAppError::NoManifest)?;
    let before = draft.text(&manifest.path).ok_or(NewAppError::NoManifest)?;
    let refuse = |source| NewAppError::Edit {
        path: manifest.path.clone(),
        source,
    };
    let mut text = before.to_owned();
    if let Some(difference) = site.cluster_wave() {
        return Err(NewAppError::ClusterWave(difference));
    }
    if !site.cluster_has_wave() {
        let wave = Addition::Text(target.waves.cluster().to_string());
        let annotations = &["metadata", "annotations"];
        text =
            insert_key(&text, manifest.document, annotations, SYNC_WAVE, &wave).map_err(refuse)?;
    }
    let roles = &["spec", "managed", "roles"];
    let entries: Vec<Addition> = apps.iter().map(|app| entry(app)).collect();
    text = append(&text, manifest.document, roles, &entries).map_err(refuse)?;
    draft.write(&manifest.path, text);
    Ok(())
}

/// The entry of an app's role.
fn entry(app: &App) -> Addition {
    let text = |text: &str| Addition::Text(text.to_owned());
    let mut fields = vec![
        ("name".to_owned(), text(app.role.as_str())),
        ("login".to_owned(), Addition::Bool(true)),
    ];
    if let Some(comment) = &app.options.comment {
        fields.push(("comment".to_owned(), text(comment.as_str())));
    }
    if !app.options.in_roles.is_empty() {
        let groups = app
            .options
            .in_roles
            .iter()
            .map(|group| text(group.as_str()))
            .collect();
        fields.push(("inRoles".to_owned(), Addition::List(groups)));
    }
    let secret = vec![("name".to_owned(), text(app.secret.as_str()))];
    fields.push(("passwordSecret".to_owned(), Addition::Map(secret)));
    Addition::Map(fields)
}
