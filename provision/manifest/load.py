"""Read a manifest, or say everything that is wrong with it."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from provision.cloud import Cloud
from provision.errors import ManifestInvalid, Problem, UsageError
from provision.manifest.certificates import read_certificate_files
from provision.manifest.document import locate, read_document, spelled
from provision.manifest.handoff import FileTarget, KubernetesTarget
from provision.manifest.handoff_aem import AemFormsTarget
from provision.manifest.handoff_mail_programs import MailProgramTarget
from provision.manifest.handoff_osgi import AemCloudTarget, AemOsgiTarget
from provision.manifest.model import Manifest
from provision.manifest.validate import validated


def load_manifest(path: Path) -> Manifest:
    """Read a manifest file; relative paths in it are resolved against its folder.

    Raises:
        ManifestInvalid: The file says something wrong.
        UsageError: The file cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"manifest {path}: cannot be read ({error.strerror})",
            hint="write one with `provision init`, or name it with --file",
        ) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ManifestInvalid(str(path), (Problem(line, "", "not UTF-8"),)) from error
    folder = path.resolve().parent
    return _in_folder(_with_certificates(read_manifest(text, str(path)), text, path), folder)


def require_fit(manifest: Manifest, cloud: Cloud) -> None:
    """Hold a manifest to a cloud that was put in place of its own.

    Raises:
        UsageError: Its audience has personal accounts, and the cloud has none.
    """
    if manifest.application.admits_personal_accounts and not cloud.has_personal_accounts:
        audience = manifest.application.sign_in_audience
        raise UsageError(
            f"application {manifest.application.unique_name}: its audience {audience} admits "
            f"personal accounts, which cloud {cloud.name} does not have",
            hint="set application.signInAudience to AzureADMultipleOrgs, or name the cloud in the "
            "manifest",
        )


def read_manifest(text: str, source: str) -> Manifest:
    """Return the manifest that a text describes; relative paths stay as they are.

    Args:
        text: YAML.
        source: What to call it in messages, usually the file's name.

    Raises:
        ManifestInvalid: It is no manifest; every problem is carried, in line order.
    """
    root, problems = read_document(text)
    if root is None:
        raise ManifestInvalid(source, tuple(problems))
    if not isinstance(root.value, dict):
        message = "a manifest is a mapping that starts with `tenant:`"
        raise ManifestInvalid(source, (*problems, Problem(root.line, "", message)))
    manifest, found = validated(root, frozenset(problem.path for problem in problems))
    problems.extend(Problem(f.line, spelled(f.path), f.message, f.suggestion) for f in found)
    if manifest is None or problems:
        raise ManifestInvalid(source, tuple(sorted(problems, key=lambda p: (p.line, p.path))))
    return manifest


def _with_certificates(manifest: Manifest, text: str, path: Path) -> Manifest:
    """Read the certificates that a manifest names; their problems stand at their lines."""
    files = manifest.application.certificates
    if not files:
        return manifest
    found, wrong = read_certificate_files(files, path.resolve().parent)
    if wrong:
        root, _ = read_document(text)
        steps = [("application", "certificates", index) for index, _ in wrong]
        lines = [locate(root, step)[0].line if root else 0 for step in steps]
        told = zip(lines, steps, wrong, strict=True)
        problems = (Problem(line, spelled(step), message) for line, step, (_, message) in told)
        raise ManifestInvalid(str(path), tuple(problems))
    return replace(manifest, application=replace(manifest.application, certificates=found))


_WITH_PATH: Final = (
    FileTarget,
    AemFormsTarget,
    AemOsgiTarget,
    AemCloudTarget,
    MailProgramTarget,
    KubernetesTarget,
)


def _in_folder(manifest: Manifest, folder: Path) -> Manifest:
    """Make the paths of a manifest absolute."""
    cloud = manifest.cloud if manifest.cloud_file is None else str(folder / manifest.cloud_file)
    handoff = tuple(
        replace(t, path=str(folder / t.path)) if isinstance(t, _WITH_PATH) and t.path != "-" else t
        for t in manifest.handoff
    )
    return replace(manifest, cloud=cloud, handoff=handoff)
