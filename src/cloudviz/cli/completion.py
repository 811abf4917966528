"""``cloudviz completion bash|zsh|fish``: a script that completes commands, options and their words.

All words are in the script, so that a press of the tabulator starts no Python.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

import typer


class Shell(StrEnum):
    """The shells that are completed in."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@dataclass(frozen=True, slots=True)
class Word:
    """What may stand at a place of a command line.

    Attributes:
        names: an option's spellings, ``--output`` and ``-o``.
        says: a few words for people.
        choices: what its value may be.
        takes: ``nothing``, ``file`` or ``value``.
    """

    names: tuple[str, ...]
    says: str
    choices: tuple[str, ...] = ()
    takes: str = "value"


@dataclass(frozen=True, slots=True)
class Place:
    """A command or group: the words that lead to it, and what may follow."""

    path: tuple[str, ...]
    says: str
    commands: tuple[tuple[str, str], ...] = ()
    options: tuple[Word, ...] = ()
    arguments: tuple[Word, ...] = field(default=())


def completion(shell: Annotated[Shell, typer.Argument(help="bash, zsh or fish.")]) -> None:
    """Print a script that completes commands, options and their words in a shell.

    In bash: `source <(cloudviz completion bash)` in ~/.bashrc. In zsh: write it to a file `_cloudviz` in a folder
    of $fpath. In fish: write it to ~/.config/fish/completions/cloudviz.fish.

    Examples: cloudviz completion bash > /etc/bash_completion.d/cloudviz

    cloudviz completion fish > ~/.config/fish/completions/cloudviz.fish
    """
    typer.echo(script(shell), nl=False)


def script(shell: Shell) -> str:
    """The script for a shell."""
    from cloudviz.cli.main import COMMANDS, app_of

    found = list(places(typer.main.get_command(app_of(COMMANDS))))
    return {Shell.BASH: _bash, Shell.ZSH: _zsh, Shell.FISH: _fish}[shell](found)


def places(command: Any, path: tuple[str, ...] = ()) -> list[Place]:
    """A command line's commands and groups, each before what it holds."""
    within = {name: each for name, each in getattr(command, "commands", {}).items() if not each.hidden}
    options = [_word(each) for each in command.params if each.param_type_name == "option" and not each.hidden]
    options.append(Word(("--help", "-h"), "Show the usage.", takes="nothing"))
    place = Place(
        path,
        _first_line(command.help),
        tuple((name, _summary((*path, name), each)) for name, each in within.items()),
        tuple(options),
        tuple(_word(each) for each in command.params if each.param_type_name == "argument"),
    )
    return [place, *(held for name, each in within.items() for held in places(each, (*path, name)))]


def _summary(path: tuple[str, ...], command: Any) -> str:
    from cloudviz.cli.main import COMMANDS

    return COMMANDS[path[0]].summary if len(path) == 1 else _first_line(command.help)


def _word(parameter: Any) -> Word:
    kind = parameter.type_descriptor
    choices = tuple(str(getattr(each, "value", each)) for each in kind.choices or ()) if kind.is_choice else ()
    if parameter.param_type_name == "option" and parameter.is_flag:
        takes = "nothing"
    else:
        takes = "file" if "Path" in str(kind.annotation) or parameter.name in ("before", "after") else "value"
    if parameter.name == "provider":
        choices = ("aws", "azure", "gcp")
    names = tuple(parameter.opts) if parameter.param_type_name == "option" else (parameter.name,)
    return Word(names, _first_line(parameter.help), choices, takes)


def _first_line(text: str | None) -> str:
    line = " ".join((text or "").split("\n\n")[0].split())
    return line.partition(". ")[0].rstrip(".") if ". " in line else line.rstrip(".")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _bash(found: list[Place]) -> str:
    """A function that walks the words typed so far, and looks up what may follow the last of them."""
    cases: list[str] = []
    values: list[str] = []
    for place in found:
        key = "/".join(place.path)
        words = [name for name, _ in place.commands]
        words += [choice for word in place.arguments for choice in word.choices]
        options = [name for word in place.options for name in word.names]
        files = "file" if any(word.takes == "file" for word in place.arguments) else ""
        may = f"words={_quoted(' '.join(words))}; options={_quoted(' '.join(options))}; files={files}"
        cases.append(f"    {_quoted(key)}) {may} ;;")
        for word in place.options:
            if word.takes == "nothing":
                continue
            spelled = "|".join(_quoted(f"{key} {name}") for name in word.names)
            what = "file" if word.takes == "file" else ""
            if word.choices:
                values.append(f"    {spelled}) values={_quoted(' '.join(word.choices))} ;;")
            else:
                values.append(f"    {spelled}) values=; files={what or 'none'} ;;")

    heads = " ".join(_quoted("/".join((*place.path, name))) for place in found for name, _ in place.commands)
    return f"""# bash completion for cloudviz; made by `cloudviz completion bash`
_cloudviz() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
  local place= word words= options= values=unset files= each index
  local known=({heads})
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=${{COMP_WORDS[index]}}
    for each in "${{known[@]}}"; do
      if [[ $each == "${{place:+$place/}}$word" ]]; then place=$each; break; fi
    done
  done
  if [[ $current == = ]]; then current=; elif [[ $before == = ]]; then before=${{COMP_WORDS[COMP_CWORD-2]}}; fi
  case "$place $before" in
{chr(10).join(values)}
  esac
  COMPREPLY=()
  if [[ $values != unset ]]; then
    if [[ $files == file ]]; then
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
    else
      mapfile -t COMPREPLY < <(compgen -W "$values" -- "$current")
    fi
    return
  fi
  case "$place" in
{chr(10).join(cases)}
  esac
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  elif [[ $files == file ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}}
complete -F _cloudviz cloudviz
"""


def _zsh(found: list[Place]) -> str:
    """A function for each place, in the language of ``_arguments``."""
    functions: list[str] = []
    for place in found:
        name = "_".join(("_cloudviz", *place.path)).replace("-", "_")
        lines = [f"    {_quoted(spec)}" for word in place.options for spec in _zsh_option(word)]
        if place.commands:
            lines.append("    '1: :->command'")
            lines.append("    '*:: :->rest'")
            told = "\n".join(
                f"      {_quoted(each + ':' + says.replace(':', ' '))}" for each, says in place.commands
            )
            turns = "\n".join(f"        {each}) {name}_{each.replace('-', '_')} ;;" for each, _ in place.commands)
            joined = " \\\n".join(lines)
            functions.append(
                f"""{name}() {{
  local context state line
  typeset -A opt_args
  _arguments -C -S \\
{joined}
  case $state in
    command)
      local -a commands=(
{told}
      )
      _describe command commands
      ;;
    rest)
      case $words[1] in
{turns}
      esac
      ;;
  esac
}}"""
            )
            continue
        for number, word in enumerate(place.arguments, 1):
            which = "*" if word.takes == "file" and number == len(place.arguments) else str(number)
            lines.append(f"    {_quoted(f'{which}:{_zsh_said(word.names[0])}:{_zsh_value(word)}')}")
        joined = " \\\n".join(lines)
        functions.append(f"{name}() {{\n  _arguments -s -S \\\n{joined}\n}}")
    body = "\n\n".join(functions)
    return f"""#compdef cloudviz
# zsh completion for cloudviz; made by `cloudviz completion zsh`

{body}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _cloudviz "$@"
else
  compdef _cloudviz cloudviz
fi
"""


def _zsh_said(text: str) -> str:
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")


def _zsh_value(word: Word) -> str:
    if word.choices:
        return f"({' '.join(word.choices)})"
    return "_files" if word.takes == "file" else " "


def _zsh_option(word: Word) -> list[str]:
    value = "" if word.takes == "nothing" else f":{_zsh_said(word.names[-1].lstrip('-'))}:{_zsh_value(word)}"
    return [f"*{name}[{_zsh_said(word.says)}]{value}" for name in word.names]


def _fish(found: list[Place]) -> str:
    """A line for each word, with a condition that says where it may stand."""
    lines = [
        "# fish completion for cloudviz; made by `cloudviz completion fish`",
        "function __cloudviz_at",
        "    # Whether the commands typed so far are these, and no further one of those behind --.",
        "    set -l typed (commandline -opc)[2..]",
        "    set -l wanted",
        "    set -l other",
        "    set -l target wanted",
        "    for word in $argv",
        "        if test $word = --",
        "            set target other",
        "        else",
        "            set -a $target $word",
        "        end",
        "    end",
        "    for word in $typed",
        "        if test (count $wanted) -gt 0; and test $word = $wanted[1]",
        "            set -e wanted[1]",
        "        else if contains -- $word $other",
        "            return 1",
        "        end",
        "    end",
        "    test (count $wanted) -eq 0",
        "end",
        "complete -c cloudviz -f",
    ]
    for place in found:
        others = " ".join(name for name, _ in place.commands)
        condition = _quoted(
            f"__cloudviz_at {' '.join(place.path)}{' -- ' + others if others else ''}".replace("  ", " ")
        )
        for name, says in place.commands:
            lines.append(f"complete -c cloudviz -n {condition} -a {name} -d {_fish_said(says)}")
        for word in place.arguments:
            if word.choices:
                lines.append(f"complete -c cloudviz -n {condition} -a {_quoted(' '.join(word.choices))}")
            elif word.takes == "file":
                lines.append(f"complete -c cloudviz -n {condition} -F")
        for word in place.options:
            spelled = " ".join(
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in word.names
            )
            value = ""
            if word.choices:
                value = f" -x -a {_quoted(' '.join(word.choices))}"
            elif word.takes != "nothing":
                value = " -r -F" if word.takes == "file" else " -x"
            lines.append(f"complete -c cloudviz -n {condition} {spelled}{value} -d {_fish_said(word.says)}")
    return "\n".join(lines) + "\n"


def _fish_said(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
