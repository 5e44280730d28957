namespace Cierre.Frameworks.Tests;

/// <summary>What carries a program's WebSockets.</summary>
public enum Stack
{
    /// <summary>The framework's own: the control, which says what the program does anyway.</summary>
    Framework,

    Cierre,
}
