"""`cnnspec train`."""

from collections.abc import Sequence

from cnnspec.app import running, slurm
from cnnspec.app.arguments import (
    loaded,
    refuse_unknown_language,
    refuse_wrong_templates,
    spec_errors,
)
from cnnspec.app.streams import stop
from cnnspec.emit.own import homes_of, refuse_unasked
from cnnspec.ground.visible import visible


def run(
    spec: str,
    jobs: int | None,
    engine: str,
    dry_run: bool,
    nodes: int | None,
    gpus: str | None,
    time: str | None,
    partition: str | None,
    sbatch: Sequence[str],
    setup: Sequence[str],
    lang: str,
    backend: str,
    templates: str | None,
    force: bool,
    overrides: Sequence[str],
    allow_outside: bool | None,
    allow_import: bool,
) -> int:
    """Writes the training script of a spec beside its results, and runs it."""
    on_slurm = {"nodes": nodes, "gpus": gpus, "time": time, "partition": partition}
    asked = slurm.wanted(
        {**on_slurm, "sbatch": sbatch, "setup": setup}, engine, dry_run
    )
    refuse_wrong_templates(templates)
    refuse_unknown_language(lang, templates)
    settings = {"allow_outside": allow_outside, "allow_import": allow_import}
    model = loaded(spec, overrides, **settings)
    if jobs is not None and model.program.ensemble is None:
        stop(f"--jobs is for ensembles, and {spec} has no ensemble:")
    refuse_unasked(model, "training", trains=True)
    homes = homes_of(model)
    backend = running.chosen_backend(backend)
    if engine == "slurm":
        slurm.refuse_several_nodes(model, asked.nodes, backend)
    with spec_errors():
        if engine != "slurm":  # the machines of a job may have what this one hasn't
            running.refuse_missing_packages([model], lang, backend, templates)
        script = running.training_script(
            model,
            force=force,
            lang=lang,
            backend=backend,
            templates=templates,
        )
    arguments = ["--jobs", str(jobs)] if jobs is not None else []
    if engine == "slurm":
        return slurm.run(
            model,
            [script, *arguments],
            asked,
            homes=homes,
            lang=lang,
            templates=templates,
            force=force,
            dry_run=dry_run,
        )
    print(visible(f"running {script}"), flush=True)
    return running.run(script, arguments, homes)
