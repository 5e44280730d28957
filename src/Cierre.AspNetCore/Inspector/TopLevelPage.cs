namespace Cierre.AspNetCore.Inspector;

/// <summary>Marks the page itself, which holds no data: a link, or the way back from a login, may lead to it from anywhere.</summary>
internal sealed record TopLevelPage;
