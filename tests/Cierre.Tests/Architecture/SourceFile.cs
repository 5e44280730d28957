namespace Cierre.Tests.Architecture;

/// <summary>One source file: its path relative to src/, and its text.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    /// <summary>The folder the table knows it by: <c>Project/Folder</c>, or <c>Project/(root)</c>.</summary>
    public string Folder => FolderOf(Path);

    public static string FolderOf(string path) => path.Split('/') is [var project, var folder, _, ..] ? $"{project}/{folder}" : $"{path.Split('/')[0]}/(root)";
}
